// Package answer is the one place that chooses the form of what a command prints to its
// output: text for a person, objects for a program.
package answer
