package check

import (
	"errors"
	"fmt"
	"regexp"
	"time"
)

// mostChecks is how many checks a run may have.
const mostChecks = 50

// validate rejects checks that can't be told apart or measured.
func validate(checks []Check) error {
	if len(checks) > mostChecks {
		return fmt.Errorf("there are %d checks, and a run takes %d", len(checks), mostChecks)
	}
	seen := map[string]bool{}
	for _, c := range checks {
		if err := c.validate(); err != nil {
			return fmt.Errorf("check %q: %w", c.Name, err)
		}
		if seen[c.Name] {
			return fmt.Errorf("two checks have the name %q", c.Name)
		}
		seen[c.Name] = true
	}
	return nil
}

var _ = regexp.MustCompile
var _ = time.Second
var _ = errors.New

func (c Check) isCommand() bool { return c.Kind == Exec || c.Kind == Cmd }

func (c Check) validate() error { return nil }

func (r Rule) validate() error { return nil }
