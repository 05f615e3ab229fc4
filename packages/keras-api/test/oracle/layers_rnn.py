"""Recurrent layers: cells, sequences, masks, states, both ways."""
from common import draw, keras, np
from layercase import layer_case

L = keras.layers
MASK = np.array([[True, True, True, True, False], [False, True, False, True, True], [True, False, False, False, False]])
WORDS = np.array([[[True, True, False, True], [False, True, True, False], [True, False, False, False]]] * 2)


def cell(name, layer, *sizes):
    """One step, from a state of these sizes; sizes of results are those of the state, and nobody asks for them alone."""
    states = [draw((3, size), i + 1) for i, size in enumerate(sizes)]
    return {**layer_case(name, layer, draw((3, 4)), states=states), "output_shape": None}


def cells():
    return [
        cell("SimpleRNNCell", L.SimpleRNNCell(3), 3),
        cell("SimpleRNNCell relu without bias", L.SimpleRNNCell(2, activation="relu", use_bias=False, recurrent_initializer="zeros"), 2),
        cell("SimpleRNNCell dropouts idle", L.SimpleRNNCell(3, dropout=0.5, recurrent_dropout=0.25, seed=2), 3),
        cell("LSTMCell", L.LSTMCell(3), 3, 3),
        cell("LSTMCell options", L.LSTMCell(2, recurrent_activation="hard_sigmoid", activation="relu", unit_forget_bias=False), 2, 2),
        cell("LSTMCell dropouts idle", L.LSTMCell(3, dropout=0.5, recurrent_dropout=0.25, seed=2), 3, 3),
        cell("GRUCell", L.GRUCell(3), 3),
        cell("GRUCell before", L.GRUCell(2, reset_after=False, use_bias=False, kernel_regularizer="l2"), 2),
        cell("GRUCell dropouts idle", L.GRUCell(3, dropout=0.5, recurrent_dropout=0.25, seed=2), 3),
    ]


def cases():
    x = draw((3, 5, 4))
    return [
        layer_case("SimpleRNN", L.SimpleRNN(3), x),
        layer_case("SimpleRNN sequences and state", L.SimpleRNN(3, activation="relu", return_sequences=True, return_state=True), x),
        layer_case("SimpleRNN masked", L.SimpleRNN(3, use_bias=False, return_sequences=True), x, masks=MASK),
        layer_case("LSTM", L.LSTM(3), x),
        layer_case("LSTM sequences", L.LSTM(2, return_sequences=True, unit_forget_bias=False), x),
        layer_case("LSTM state", L.LSTM(3, return_state=True, recurrent_activation="hard_sigmoid"), x),
        layer_case("LSTM backwards", L.LSTM(3, go_backwards=True, return_sequences=True), x),
        layer_case("LSTM masked", L.LSTM(3, return_sequences=True, return_state=True), x, masks=MASK),
        layer_case("LSTM masked with zeros, backwards", L.LSTM(3, zero_output_for_mask=True, return_sequences=True, go_backwards=True), x, masks=MASK),
        layer_case("LSTM masked, last", L.LSTM(3, kernel_regularizer="l2", recurrent_regularizer="l1", bias_regularizer="l2"), x, masks=MASK),
        layer_case("LSTM initial state", L.LSTM(3), x, initial_state=[draw((3, 3), 1), draw((3, 3), 2)]),
        layer_case("LSTM dropout", L.LSTM(3, dropout=0.5, seed=4), x, training=True),
        layer_case("LSTM both dropouts", L.LSTM(3, dropout=0.3, recurrent_dropout=0.4, seed=5, return_sequences=True), x, training=True),
        layer_case("GRU", L.GRU(3), x),
        layer_case("GRU before", L.GRU(3, reset_after=False, return_sequences=True), x),
        layer_case("GRU masked", L.GRU(2, return_sequences=True, return_state=True), x, masks=MASK),
        layer_case("GRU without bias", L.GRU(2, use_bias=False, activation="linear"), x),
        layer_case("GRU before, dropouts", L.GRU(3, reset_after=False, dropout=0.5, recurrent_dropout=0.5, seed=6), x, training=True),
        layer_case("RNN of a cell", L.RNN(L.LSTMCell(3, name="c"), return_sequences=True), x),
        layer_case("RNN of cells", L.RNN([L.GRUCell(3, name="a"), L.LSTMCell(2, name="b"), L.SimpleRNNCell(4, name="c")]), x),
        layer_case("RNN of cells, masked", L.RNN([L.GRUCell(3, name="a"), L.SimpleRNNCell(4, name="b")], return_sequences=True), x, masks=MASK),
        layer_case("RNN of cells, backwards", L.RNN([L.LSTMCell(2, name="a"), L.GRUCell(3, name="b")], go_backwards=True, return_sequences=True), x),
        layer_case("Bidirectional", L.Bidirectional(L.LSTM(3)), x),
        layer_case("Bidirectional sequences", L.Bidirectional(L.GRU(3, return_sequences=True), merge_mode="sum"), x, masks=MASK),
        layer_case("Bidirectional both", L.Bidirectional(L.LSTM(2, return_sequences=True), merge_mode=None), x),
        layer_case("Bidirectional state", L.Bidirectional(L.SimpleRNN(2, return_state=True), merge_mode="ave"), x),
        layer_case("Bidirectional product", L.Bidirectional(L.SimpleRNN(2), merge_mode="mul", backward_layer=L.SimpleRNN(2, activation="relu", go_backwards=True)), x),
        layer_case("TimeDistributed", L.TimeDistributed(L.Dense(2, activation="tanh")), x),
        layer_case("TimeDistributed images", L.TimeDistributed(L.Conv2D(2, 2)), draw((2, 3, 3, 3, 1))),
        layer_case("TimeDistributed masked", L.TimeDistributed(L.Dense(2)), x, masks=MASK),
        layer_case("TimeDistributed statistics", L.TimeDistributed(L.BatchNormalization(momentum=0.5)), x, training=True),
        layer_case("TimeDistributed statistics, masked", L.TimeDistributed(L.BatchNormalization(momentum=0.5)), x, masks=MASK, training=True),
        layer_case("TimeDistributed statistics, frozen", L.TimeDistributed(L.BatchNormalization(trainable=False)), x, training=True),
        layer_case("TimeDistributed of sequences, masked", L.TimeDistributed(L.GRU(2)), draw((2, 3, 4, 2)), masks=WORDS),
        layer_case("TimeDistributed twice", L.TimeDistributed(L.TimeDistributed(L.Dense(3, use_bias=False))), draw((2, 2, 3, 4))),
        *cells(),
    ]
