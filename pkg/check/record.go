package check

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// mostRecord is how many bytes checks may take in an operation's record: all
// annotations of an object together are limited.
const mostRecord = 16 << 10

// Record is what an operation's record keeps of checks: all of requests and queries,
// in which no secret can be, and of commands only the digest, for they may be
// nobody else's business.
func Record(checks []Check) []Check {
	var out []Check
	for _, c := range checks {
		if c.Command != "" {
			c.Command, c.Digest = "", Digest(c.Command)
		}
		out = append(out, c)
	}
	return out
}

// Digest stands for a command in a record.
func Digest(command string) string {
	sum := sha256.Sum256([]byte(command))
	return "sha256:" + hex.EncodeToString(sum[:])
}

// ValidRecord rejects what no run writes into a record.
func ValidRecord(recorded []Check) error {
	for _, c := range recorded {
		if c.Command != "" {
			return fmt.Errorf("check %q: a record has no command", c.Name)
		}
		if c.isCommand() && !IsDigest(c.Digest) {
			return fmt.Errorf("check %q: digest %q", c.Name, c.Digest)
		}
	}
	return validate(recorded)
}

// IsDigest reports whether a command can have it.
func IsDigest(text string) bool {
	digits, ok := strings.CutPrefix(text, "sha256:")
	sum, err := hex.DecodeString(digits)
	return ok && err == nil && len(sum) == sha256.Size && digits == strings.ToLower(digits)
}

func tooLong(checks []Check) error {
	text, err := json.Marshal(Record(checks))
	if err == nil && len(text) > mostRecord {
		err = fmt.Errorf("the checks take %d bytes of the operation's record, which is more than %d", len(text), mostRecord)
	}
	return err
}

// Difference is why a run can't go on with the checks that were given.
type Difference struct {
	// Missing are commands that have to be given again, as they are in the record:
	// with their digests only.
	Missing []Check
	// Changed are the names of checks that are not as the run began with, and Added
	// those of checks that it did not begin with.
	Changed, Added []string
}

// Error is the difference in one line.
func (d *Difference) Error() string {
	var out []string
	for _, c := range d.Missing {
		by := "--" + c.Kind.Flag() + " or --checks"
		if c.Preset != "" {
			by = "--preset=" + c.Preset
		}
		out = append(out, fmt.Sprintf("the command of check %q is not in the record: give it again, with %s", c.Name, by))
	}
	for _, name := range d.Changed {
		out = append(out, fmt.Sprintf("check %q is not the one that the run began with", name))
	}
	for _, name := range d.Added {
		out = append(out, fmt.Sprintf("the run began without check %q", name))
	}
	return strings.Join(out, "; ")
}

// Resume are the checks that a run goes on with which is in progress: those of its
// record, with the commands that were given for their digests, by the rules of the record. Commands that are not
// given, and checks that are not as in the record, are a [*Difference]. With changed
// (--checks-changed) what is given counts, whatever the record says: no check at all,
// where none is given.
func Resume(recorded, given []Check, changed bool) ([]Check, error) {
	if changed {
		return given, nil
	}
	names := map[string]Check{}
	for _, c := range given {
		names[c.Name] = c
	}
	var out []Check
	var d Difference
	for _, want := range recorded {
		c, found := names[want.Name]
		delete(names, want.Name)
		switch {
		case found && want.isCommand() && c.Kind == want.Kind && Digest(c.Command) == want.Digest:
			again := want // its container and its rule are those of the record
			again.Command, again.Digest = c.Command, ""
			out = append(out, again)
		case found && !want.isCommand() && c == want:
			out = append(out, c)
		case found:
			d.Changed = append(d.Changed, want.Name)
		case want.isCommand():
			d.Missing = append(d.Missing, want)
		default:
			out = append(out, want)
		}
	}
	d.Added = slices.Sorted(maps.Keys(names))
	if len(d.Missing)+len(d.Changed)+len(d.Added) > 0 {
		return nil, &d
	}
	return out, nil
}

var errNoCommand = errors.New("there is no command")
