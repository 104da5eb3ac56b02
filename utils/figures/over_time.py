"""Forecasts judged more than once: by halves of the test, from many origins, month by month."""

import numpy as np

from utils.figures.figure import figure
from utils.figures.forecasts import DAY, MODELS, date_ticks, day_numbers
from utils.plotting import GREY, ROLES, ink, panels, tint
from utils.words import number, percent


@figure
def luck(fig, walks, first, second, best=10):
    """Random walks (count, steps), of which the first six are drawn, and for each the MAE of a
    model over that of the last value: on the first half of its test part (count,), and on the
    second. The `best` ones of the first half are marked in both.

    >>> first = np.array([0.9, 1.0, 1.1, 0.95])
    >>> second = np.array([1.05, 1.02, 0.99, 1.01])
    >>> fig, sentence = drawn(luck, walks=np.arange(20.0).reshape(4, 5), first=first,
    ...                       second=second, best=2)
    >>> holds(fig.axes[0], range(5), [5, 6, 7, 8, 9])
    True
    >>> holds(fig.axes[1], [0.9, 0.95], [1.05, 1.01])
    True
    >>> print(sentence)
    Of the 2 best ones of the first half, 0 beat the last value again. 4 random walks. On the
    first half of its test the model beats the last value in 2, on the second in 1. The 2 best ones
    of the first half have a median ratio of 0.925 there and 1.03 on the second half.
    """
    left, right = panels(fig, 2)
    for walk in walks[:6]:  # which is which doesn't matter
        left.plot(np.arange(len(walk)), walk, color=GREY, linewidth=0.8)
    left.set(title="Six of them: made by chance", xlabel="step", ylabel="value")
    order = np.argsort(first, kind="stable")
    best, others = order[:best], order[best:]
    right.plot(first[others], second[others], "o", color="#949494", markersize=3)
    right.plot(first[best], second[best], "D", color="black", markersize=5)
    near, far = np.min([first, second]) - 0.01, np.max([first, second]) + 0.01
    for draw_line in (right.axvline, right.axhline):
        draw_line(1, color=GREY, linewidth=1.2, linestyle=(0, (4, 3)))
    edge = {"fontsize": 9.5, "color": GREY}
    right.text(near, near, " beats the last value again", va="bottom", **edge)
    right.text(near, far, " loses to it afterwards", va="top", **edge)
    right.set(title=f"The {len(best)} best at first, and then", xlim=(near, far), ylim=(near, far),
              xlabel="MAE / last value's, first half", ylabel="second half")  # fmt: skip
    medians = (number(np.median(half[best])) for half in (first, second))
    there, then = medians
    again = int(np.sum(second[best] < 1))
    return (
        f"Of the {len(best)} best ones of the first half, {again} beat the last value again.\n"
        f"{len(walks)} random walks. On the first half of its test the model beats the last value "
        f"in {int(np.sum(first < 1))}, on the second in {int(np.sum(second < 1))}. The {len(best)} "
        f"best ones of the first half have a median ratio of {there} there and {then} on the "
        f"second half."
    )


@figure
def origins(fig, dates, splits, errors, unit=""):
    """Splits [(train, test), ...] of windows whose first targets have `dates` (samples,), and MAEs
    {model: (splits,)}: on the left what each origin trains and tests on, on the right how it went.

    >>> dates = np.arange("2015-01-01", "2015-01-11", dtype="M8[D]")
    >>> splits = [(slice(0, 4), slice(4, 7)), (slice(0, 7), slice(7, 10))]
    >>> errors = {"naive": np.array([3.0, 2]), "linear": np.array([2.0, 2.5])}
    >>> fig, sentence = drawn(origins, dates=dates, splits=splits, errors=errors, unit="°C")
    >>> holds(fig.axes[1], [2, 2.5], [1, 2])
    True
    >>> [round(bar.get_width()) for bar in fig.axes[0].patches]
    [4, 3, 7, 3]
    >>> print(sentence)
    The lowest error: naive in 1, linear in 1. 2 origins, from 2015-01-05 to 2015-01-08.
    MAE, lowest to highest, in °C: naive 2 to 3; linear 2 to 2.5.
    """
    left, right = panels(fig, 2, right=0.97, wspace=0.12, width_ratios=(1.25, 1))
    at, rows = day_numbers(dates), np.arange(1, len(splits) + 1)
    for row, parts in zip(rows, splits, strict=True):
        for part, role, words in zip(parts, ("input", "output"), ("trained on", "tested"),
                                     strict=True):  # fmt: skip
            begin, end = at[part][[0, -1]]
            width = end - begin + 1
            left.barh(row, width, left=begin, color=tint(ROLES[role], 0.6), height=0.7)
            if row == 1:
                x, ha = (begin + width / 2, "center") if role == "input" else (end, "left")
                shift = 0 if role == "input" else 0.02 * (at[-1] - at[0])
                left.text(x + shift, row, words, ha=ha, va="center", fontsize=9.5)
    values = np.array(list(errors.values()))
    right.hlines(rows, values.min(axis=0), values.max(axis=0), color="#949494", linewidth=2)
    for (name, maes), marker in zip(errors.items(), "osD", strict=False):
        look = {"color": MODELS.get(name, GREY), "markersize": 5.5, "linestyle": "none"}
        right.plot(maes, rows, marker=marker, label=name, **look)
    date_ticks(left, dates)
    left.set(title="What each origin knows", xlabel="date", ylabel="origin")
    right.set(title="Error, origin by origin", xlabel=f"MAE{unit and f' in {unit}'}")
    for ax in (left, right):
        ax.set_ylim(len(splits) + 0.6, 0.4)
        ax.set_yticks(rows, rows if ax is left else [""] * len(rows))
    for words in right.legend(loc="best", handlelength=1).get_texts():
        words.set_color(ink(MODELS.get(words.get_text(), GREY)))
    winners = np.array(list(errors))[np.argmin(values, axis=0)]
    ranges = "; ".join(f"{n} {number(v.min())} to {number(v.max())}" for n, v in errors.items())
    wins = ", ".join(f"{name} in {np.sum(winners == name)}" for name in errors)
    first, last = (np.datetime64(dates[test.start], "D") for _, test in (splits[0], splits[-1]))
    where = unit and f", in {unit}"
    return (
        f"The lowest error: {wins}.\n"
        f"{len(splits)} origins, from {first} to {last}. MAE, lowest to highest{where}: {ranges}."
    )


@figure
def covered_by_month(fig, dates, y, low, high, months, level, label="value"):
    """What came true, y (samples,), on its `dates`, with the interval asked for the share `level`;
    below it what the table `months` of `forecasting.coverage_by_month` says of each month.
    `label` says what y is.

    >>> import pandas as pd
    >>> dates = pd.date_range("2015-05-29", periods=6)
    >>> y, low, high = np.arange(6.0), np.arange(6.0) - 1, np.array([1.0, 2, 3, 2, 3, 6])
    >>> months = pd.DataFrame({"coverage": [1.0, 1 / 3], "values": [3, 3]}, ["2015-05", "2015-06"])
    >>> fig, sentence = drawn(covered_by_month, (7.2, 4.4), dates=dates, y=y, low=low, high=high,
    ...                       months=months, level=0.9, label="°C")
    >>> days = dates.to_numpy().astype("M8[D]").astype(float)
    >>> holds(fig.axes[0], days[[3, 4]], [3, 4])  # the crosses
    True
    >>> [round(bar.get_height()) for bar in fig.axes[1].patches]
    [100, 33]
    >>> print(sentence)
    Asked for: 90%. Of 6 values the interval holds 67%. By month: May 2015 100% of 3, June 2015
    33% of 3. Crosses lie outside.
    """
    above, below = panels(fig, 1, 2, height_ratios=(1.5, 1))
    at, inside = day_numbers(dates), (low <= y) & (y <= high)
    above.fill_between(at, low, high, color=tint(ROLES["output"], 0.25), linewidth=0)
    above.plot(at[inside], y[inside], ".", color=ROLES["input"], markersize=4)
    above.plot(at[~inside], y[~inside], "x", color="black", markersize=5)
    above.set(title="Dots: inside the interval, crosses: outside", ylabel=label)
    starts = np.array(months.index, "datetime64[M]")
    ends = np.minimum((starts + 1).astype(DAY).astype(float), at[-1] + 1)
    begins = np.maximum(starts.astype(DAY).astype(float), at[0])
    share = 100 * months["coverage"].to_numpy()
    below.bar(begins, share, ends - begins, align="edge", color=tint(ROLES["output"], 0.45),
              edgecolor="white")  # fmt: skip
    below.axhline(100 * level, color=GREY, linewidth=1.2, linestyle=(0, (4, 3)))
    wide = ends - begins > (at[-1] - at[0]) / 25  # room for words
    for k in np.flatnonzero(wide):
        words = f"{share[k]:.0f}%\nof {months['values'].iloc[k]}"
        below.text((begins + ends)[k] / 2, 4, words, ha="center", fontsize=8.5)
    below.set(title=f"Inside, by month (dashed: the {percent(level)} asked for)", xlabel="month",
              ylabel="% of the values", ylim=(0, 108))  # fmt: skip
    named = np.flatnonzero(wide)[:: -(-int(wide.sum()) // 14)]
    names = [f"{starts[k].item():%b}" for k in named]
    for i, k in enumerate(named):
        if i == 0 or starts[k].item().year != starts[named[i - 1]].item().year:
            names[i] += f"\n{starts[k].item():%Y}"
    for ax in (above, below):
        ax.set(xlim=(at[0], at[-1] + 1))
        ax.set_xticks(begins[named], names, ha="left")
    total, words = months["values"].sum(), []
    for month, row in zip(starts, months.itertuples(index=False), strict=True):
        words.append(f"{month.item():%B %Y} {percent(row[0])} of {row[1]}")
    held = np.sum(months["coverage"] * months["values"]) / total
    return (
        f"Asked for: {percent(level)}. Of {total:,} values the interval holds {percent(held)}.\n"
        f"By month: {', '.join(words)}. Crosses lie outside."
    )
