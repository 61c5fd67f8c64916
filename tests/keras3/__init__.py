"""What needs Keras 3, which cannot be installed beside MXNet and Keras 2: an environment of its own."""
