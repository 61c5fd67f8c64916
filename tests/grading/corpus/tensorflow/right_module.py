"""Right without Keras: variables in a tf.Module and in a closure, TensorFlow's own operations."""
import tensorflow as tf

EX1_IN = 9
EX1_CLAIM = {"first": True, "rest": False}


class Layer(tf.Module):
    def __init__(self, units, width=None):
        super().__init__()
        self.units = units
        if width is not None:
            self.make(width)

    def make(self, width):
        self.w = tf.Variable(tf.random.normal((width, self.units)))
        self.b = tf.Variable(tf.zeros(self.units))

    def __call__(self, X):
        if not hasattr(self, "w"):
            self.make(X.shape[1])
        return X @ self.w + self.b


class Net(tf.Module):
    def __init__(self):
        super().__init__()
        self.layers = [Layer(8, EX1_IN), Layer(4)]

    def __call__(self, X):
        return self.layers[1](tf.nn.relu(self.layers[0](X)))


ex1 = Net
EX2_CLAIM = {"raises": "tf.errors.InvalidArgumentError", "when": "first_pass"}


def ex2():
    W = tf.Variable(tf.ones((20, 3)))
    return (lambda X: tf.matmul(X, W)), tf.ones((2, 21))


def ex3():
    W = tf.Variable(tf.random.normal((512, 4)) * 0.1)

    @tf.function
    def model(X):
        return tf.matmul(X, W[:tf.shape(X)[1]])
    return model
