// Package findings shows what the rules of doctor and lint have found: to a person, and as
// SARIF to code scanners.
package findings
