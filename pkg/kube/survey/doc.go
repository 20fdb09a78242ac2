// Package survey reads what the rules of doctor ask about: sets with all that is around
// them, of a namespace or of all.
package survey
