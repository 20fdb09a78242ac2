// Package report shows events, plans and sets: as lines for a person, with a
// spinner on a terminal, and as JSON or YAML for a program. Text that comes
// from the cluster goes through Clean before it is shown.
package report
