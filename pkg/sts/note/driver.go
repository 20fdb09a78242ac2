package note

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/fieldmanager"
)

// Driver is the process that drives an operation, as it says of itself in the
// operation's note. Notes of older versions have none.
type Driver struct {
	User    string    `json:"user,omitempty"` // of the machine, not of the cluster
	Host    string    `json:"host,omitempty"`
	Process int       `json:"process,omitempty"` // its number on that host
	Mark    string    `json:"mark,omitempty"`    // tells it from another process of that number, empty where nothing does
	Since   time.Time `json:"since"`             // when it began, by the cluster's clock
	// Leaves says that it ends at every gate, so that nobody drives what is held there.
	Leaves bool `json:"leaves,omitempty"`
}

// Same reports whether both are the same process.
func (d Driver) Same(other Driver) bool {
	return d.Host == other.Host && d.Process == other.Process && d.Mark == other.Mark && d.User == other.User
}

// Who is the user and the host, as in "alice on ci-7", or "" when it says neither.
// It comes from the cluster: whoever shows it cleans it.
func (d Driver) Who() string {
	switch {
	case d.User == "":
		return d.Host
	case d.Host == "":
		return d.User
	}
	return d.User + " on " + d.Host
}

// String is who drives, and since when.
func (d Driver) String() string {
	since := "since " + d.Since.UTC().Format(time.RFC3339)
	if who := d.Who(); who != "" {
		return who + ", " + since
	}
	return since
}

// Other is the driver of an operation that another process wants to go on with.
type Other struct {
	Driver Driver
	Alive  bool // it runs; else nobody can tell from here
	// Touched is when it wrote to the set last, zero when the set does not tell.
	Touched time.Time
}

// driven is what notes of all kinds say about who wrote them.
type driven struct {
	Driver   *Driver  `json:"driver"`
	Managers []string `json:"managers"`
}

// driverOf is who drives the operation with this note, nil when the note does
// not say it or can't be read.
func driverOf(note string) *Driver {
	var d driven
	if json.Unmarshal([]byte(note), &d) != nil {
		return nil
	}
	return d.Driver
}

// ManagersOf are the names besides the plugin's own under which the runs of the
// operation with this note have written.
func ManagersOf(note string) []string {
	var d driven
	if json.Unmarshal([]byte(note), &d) != nil {
		return nil
	}
	return d.Managers
}

// AddManager adds the name under which a run writes, unless it is the plugin's
// own or known already.
func AddManager(managers []string, name string) []string {
	if name == "" || fieldmanager.Own(name) || slices.Contains(managers, name) {
		return managers
	}
	return append(slices.Clip(managers), name)
}

// TookOver says who drives now what another run has driven, in a sentence's
// beginning; "" when the note does not tell or it is still the same process.
func TookOver(before, after string, at time.Time) string {
	was, is := driverOf(before), driverOf(after)
	if is == nil || was != nil && is.Same(*was) {
		return ""
	}
	words := "another run took over"
	if !at.IsZero() {
		words += " at " + at.UTC().Format("15:04:05Z")
	}
	return fmt.Sprintf("%s (%s)", words, sts.Clean(is.String()))
}
