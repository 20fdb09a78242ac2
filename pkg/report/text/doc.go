// Package text tells a person what happens and what there is: in lines, with a
// spinner on a terminal, and in tables.
package text
