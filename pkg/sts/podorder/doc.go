// Package podorder has the order in which pods are deleted where the controller leaves that
// to others. It is pure.
package podorder
