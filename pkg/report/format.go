package report

// Format is how a program wants its answer.
type Format string

// The formats of -o; the empty one is for a person.
const (
	Human Format = ""
	JSON  Format = "json"
	YAML  Format = "yaml"
)

// DryRun is whether anything was really written.
type DryRun string

// The values of --dry-run.
const (
	DryRunNone   DryRun = "none"
	DryRunClient DryRun = "client"
	DryRunServer DryRun = "server"
)

// Formats of -o that only lists of claims have.
const (
	Wide Format = "wide"
	Name Format = "name"
)

// SARIF is the format of -o that code scanners read, of lint alone.
const SARIF Format = "sarif"
