"""What is watched in technologies: whether they answer, what their objectives have left, and who must be spared."""
