// Package field tells one field of an object from another: where it is, which of two
// versions of an object differ in it, and who owns it according to managedFields. It is
// pure.
package field
