// Package replace writes the plan that gives ordinals of a set new claims: one after
// another its claims are deleted, then its pod, and the controller makes both anew. It is
// pure.
package replace
