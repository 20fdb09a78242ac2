package check

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/kubectl-sts/kubectl-sts/pkg/check/condition"
	"github.com/kubectl-sts/kubectl-sts/pkg/check/promql"
	"github.com/kubectl-sts/kubectl-sts/pkg/check/request"
)

const (
	mostChecks     = 50      // that a run may have
	longestCommand = 8 << 10 // bytes
	longestName    = 63      // bytes
)

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

// isCommand reports whether it is a command that is measured.
func (c Check) isCommand() bool { return c.Kind == Exec || c.Kind == Cmd }

// validate rejects a check that can't be measured, and one with something that its
// kind has no use for.
func (c Check) validate() error {
	if !isName(c.Name) {
		return fmt.Errorf("its name must be 1 to %d letters, digits, dots, dashes and underscores", longestName)
	}
	if err := c.Rule.validate(); err != nil {
		return err
	}
	if c.Preset != "" && !isName(c.Preset) {
		return fmt.Errorf("preset %q", c.Preset)
	}
	used := Check{Name: c.Name, Kind: c.Kind, Preset: c.Preset, Rule: c.Rule}
	var err error
	switch c.Kind {
	case Exec:
		used.Command, used.Container, used.Digest = c.Command, c.Container, c.Digest
		if err = c.validateCommand(); err == nil && c.Container != "" && !isName(c.Container) {
			err = fmt.Errorf("container %q", c.Container)
		}
	case Cmd:
		used.Command, used.Digest = c.Command, c.Digest
		err = c.validateCommand()
	case HTTP:
		used.URL, used.Expect = c.URL, c.Expect
		if _, err = request.Parse(c.URL); err == nil {
			_, err = request.ParseExpectation(c.Expected())
		}
	case Prom:
		used.Query, used.Condition, used.Min = c.Query, c.Condition, c.Min
		err = c.validateQuery()
	default:
		return fmt.Errorf("kind %q is none of exec, http, prom, cmd", c.Kind)
	}
	if err == nil && c != used {
		err = fmt.Errorf("it has what no %s check has", c.Kind)
	}
	return err
}

// ValidCommand rejects a command line that no check and no hook may have: one that can't
// be seen, or in which a password is written out.
func ValidCommand(command string) error { return Check{Command: command}.validateCommand() }

// Valid rejects checks that can't be measured by this rule, in one line.
func Valid(all []Check, rule Rule) error {
	all = slices.Clone(all)
	for i := range all {
		all[i].Rule = rule
		if err := all[i].validate(); err != nil {
			return fmt.Errorf("check %q: %w", all[i].Name, err)
		}
	}
	return validate(all)
}

func (c Check) validateCommand() error {
	if c.Digest != "" {
		if c.Command != "" || !IsDigest(c.Digest) {
			return errors.New("it has a digest that is none, or beside its command")
		}
		return nil
	}
	switch {
	case strings.TrimSpace(c.Command) == "":
		return errNoCommand
	case len(c.Command) > longestCommand:
		return fmt.Errorf("the command has %d bytes, which is more than %d", len(c.Command), longestCommand)
	case !utf8.ValidString(c.Command) || strings.ContainsFunc(c.Command, unseen):
		return errors.New("the command has characters that can't be seen")
	}
	if where := password(c.Command); where != "" {
		return fmt.Errorf("the command has a password in it, behind %s: let it come from the environment, such as \"$PASSWORD\"", where)
	}
	return nil
}

// unseen reports what would make a command other than it looks. It may have several
// lines.
func unseen(r rune) bool { return r != '\n' && r != '\t' && !unicode.IsPrint(r) }

func (c Check) validateQuery() error {
	query, err := promql.Parse(c.Query)
	if err != nil {
		return err
	}
	asked, err := condition.Parse(c.Condition)
	if err != nil {
		return err
	}
	if asked.UsesStable() && !query.Uses(promql.Pods) {
		return errors.New("the condition compares with stable, but the query has no $pods: both would be the same")
	}
	if c.Min != "" {
		_, err = promql.ParseFloor(c.Min)
	}
	return err
}

func isName(text string) bool {
	return text != "" && len(text) <= longestName && text[0] != '-' && !strings.ContainsFunc(text, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '.' && r != '-' && r != '_'
	})
}

const (
	mostTimes = 1000
	longestIn = 24 * time.Hour
)

// badRule is what is wrong with a rule.
type badRule struct{ field, why string }

func (b badRule) Error() string { return b.field + ": " + b.why }

func (r Rule) validate() error {
	for _, d := range []struct {
		field string
		d     time.Duration
	}{{"every", r.Every}, {"timeout", r.Timeout}} {
		if d.d < time.Second || d.d > longestIn {
			return badRule{d.field, fmt.Sprintf("%s is not from 1s to 24h", d.d)}
		}
	}
	for _, n := range []struct {
		field    string
		n, least int
	}{{"pass", r.Pass, 1}, {"fail", r.Fail, 0}, {"unknown", r.Unknown, 1}} {
		if n.n < n.least || n.n > mostTimes {
			return badRule{n.field, fmt.Sprintf("%d is not from %d to %d", n.n, n.least, mostTimes)}
		}
	}
	if r.OnUnknown != HoldOnUnknown && r.OnUnknown != FailOnUnknown {
		return badRule{"onUnknown", fmt.Sprintf("%q is neither hold nor fail", string(r.OnUnknown))}
	}
	return nil
}
