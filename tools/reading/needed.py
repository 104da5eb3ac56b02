"""What a statement of a lesson needs of those before it: an explorer alone, without the rest."""

import ast
import builtins
import symtable


def uses(source):
    """(names that a piece of code needs from before, names that it binds)."""
    top = symtable.symtable(source, "<lesson>", "exec")
    needs, tables = set(), [top]
    for table in tables:
        tables += table.get_children()
        for symbol in table.get_symbols():
            if symbol.is_referenced() and (table is top or symbol.is_global()):
                needs.add(symbol.get_name())
    bound = {s.get_name() for s in top.get_symbols() if s.is_assigned() or s.is_imported()}
    return needs - set(dir(builtins)) - {"display"}, bound


def touched(statement):
    """Names that a statement binds, or may change in place."""
    names = set()
    for node in ast.walk(statement):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
        elif isinstance(node, ast.Attribute | ast.Subscript) and isinstance(node.ctx, ast.Store):
            names.add(root(node))
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            function, arguments = node.value.func, node.value.args
            if isinstance(function, ast.Name) and function.id != "print":
                names |= {*map(root, arguments)}  # train(model, ...)
            elif root(function) != "plotting":
                names.add(root(function))  # layer.set_weights(...)
    return names - {None}


def root(node):
    """The name that an expression such as `layer.gates["f"]` begins with."""
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    return node.id if isinstance(node, ast.Name) else None


def is_explorer(statement):
    call = getattr(statement, "value", None)
    return isinstance(call, ast.Call) and root(call.func) == "explore"


def needed(statements):
    """The places of the last of some statements and of those before it that it needs."""
    last = len(statements) - 1
    kept, names = [last], uses(ast.unparse(statements[last]))[0]
    for k in reversed(range(last)):
        statement = statements[k]
        needs, binds = uses(ast.unparse(statement))
        if (binds | touched(statement)) & names:
            kept.insert(0, k)
            if isinstance(statement, ast.Assign | ast.FunctionDef | ast.ClassDef):
                names -= binds
            names |= needs
    return kept
