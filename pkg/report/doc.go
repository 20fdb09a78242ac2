// Package report has what all forms of a report share: formats, the words for how
// a run ended and what is known of it, and how a text gets onto a terminal. Each
// form is a package below it. Text that comes from the cluster goes through Clean
// before it is shown.
package report
