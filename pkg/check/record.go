package check

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
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
			c.Command, c.Digest = "", digest(c.Command)
		}
		out = append(out, c)
	}
	return out
}

func digest(command string) string {
	sum := sha256.Sum256([]byte(command))
	return "sha256:" + hex.EncodeToString(sum[:])
}

// CheckRecord rejects what no run writes into a record.
func CheckRecord(recorded []Check) error {
	for _, c := range recorded {
		if c.Command != "" {
			return fmt.Errorf("check %q: a record has no command", c.Name)
		}
		if c.isCommand() && !isDigest(c.Digest) {
			return fmt.Errorf("check %q: digest %q", c.Name, c.Digest)
		}
	}
	return validate(recorded)
}

func isDigest(text string) bool {
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
	// Missing are the flags of commands that have to be given again: the record has
	// only their digests.
	Missing []string
	// Changed says what is not as the run began with, one line each.
	Changed []string
}

// Error is the difference in one line.
func (d *Difference) Error() string {
	var out []string
	if len(d.Missing) > 0 {
		out = append(out, "the commands of these checks are not in the record, give them again: --"+strings.Join(d.Missing, ", --"))
	}
	return strings.Join(append(out, d.Changed...), "; ")
}

// Resume are the checks that a run goes on with which is in progress: those of its
// record, with the commands that were given for their digests. Commands that are not
// given, or others than in the record, are a [*Difference]; so are other checks of
// any kind. With changed (--checks-changed) what is given counts, whatever the record
// says; without any checks given there are then none.
func Resume(recorded, given []Check, changed bool) ([]Check, error) {
	if changed {
		return given, nil
	}
	var out []Check
	var d Difference
	rest := append([]Check{}, given...)
	for _, want := range recorded {
		at := find(rest, want)
		switch {
		case at >= 0:
			out = append(out, rest[at])
			rest = append(rest[:at], rest[at+1:]...)
		case want.isCommand():
			d.Missing = append(d.Missing, want.Kind.Flag())
		default:
			out = append(out, want)
		}
	}
	for _, c := range rest {
		d.Changed = append(d.Changed, fmt.Sprintf("check %q is none that the run began with", c.Name))
	}
	if len(d.Missing) > 0 || len(d.Changed) > 0 {
		return nil, &d
	}
	return out, nil
}

// find is where the checks have the one that was recorded, -1 for nowhere.
func find(checks []Check, want Check) int {
	for i, c := range Record(checks) {
		if c == want {
			return i
		}
	}
	return -1
}

var errNoCommand = errors.New("there is no command")
