// Package object is how a program reads what a person is told: as JSON or YAML, an
// object for each event, plan, status, revision or claim.
package object
