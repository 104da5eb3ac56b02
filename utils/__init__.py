"""What the lessons import: layers, training, figures, explorers and checks."""
