package transport

// ErrTwoLists is for the fuzz target: the library takes the last one.
var ErrTwoLists = errTwoLists
