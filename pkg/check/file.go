package check

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
	"time"

	"go.yaml.in/yaml/v2"

	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
)

// mostFile is how many bytes a file of checks may have.
const mostFile = 64 << 10

// writtenFile is a file of checks; docs/checks.schema.json describes it.
type writtenFile struct {
	Rule   fileRule    `yaml:",inline"` // for all checks of the file
	Checks []fileCheck `yaml:"checks"`
}

type fileCheck struct {
	Name string `yaml:"name"`
	Exec *struct {
		Command   string `yaml:"command"`
		Container string `yaml:"container"`
	} `yaml:"exec"`
	HTTP *struct {
		URL    string `yaml:"url"`
		Expect string `yaml:"expect"`
	} `yaml:"http"`
	Prom *struct {
		Query     string `yaml:"query"`
		Condition string `yaml:"condition"`
		Min       string `yaml:"min"`
	} `yaml:"prom"`
	Cmd *struct {
		Command string `yaml:"command"`
	} `yaml:"cmd"`
	Rule fileRule `yaml:",inline"`
}

// fileRule is a rule, of which only what is written counts.
type fileRule struct {
	Every     *time.Duration `yaml:"every"`
	Pass      *int           `yaml:"pass"`
	Fail      *int           `yaml:"fail"`
	Unknown   *int           `yaml:"unknown"`
	Timeout   *time.Duration `yaml:"timeout"`
	OnUnknown *OnUnknown     `yaml:"onUnknown"`
}

// over is the rule with what is written over it.
func (w fileRule) over(r Rule) Rule {
	set(&r.Every, w.Every)
	set(&r.Pass, w.Pass)
	set(&r.Fail, w.Fail)
	set(&r.Unknown, w.Unknown)
	set(&r.Timeout, w.Timeout)
	set(&r.OnUnknown, w.OnUnknown)
	return r
}

func set[T any](to, from *T) {
	if from != nil {
		*to = *from
	}
}

// parse reads the checks of a file. Its errors are one line with the file's name, and
// with the number of the line where the library tells it.
func (f File) parse(standard Rule) ([]Check, error) {
	var written writtenFile
	if err := f.decode(&written); err != nil {
		return nil, sts.CleanError(fmt.Errorf("%s: %w", f.Name, err))
	}
	if len(written.Checks) == 0 {
		return nil, sts.CleanError(fmt.Errorf("%s: there are no checks in it", f.Name))
	}
	var out []Check
	for i, w := range written.Checks {
		c, err := w.check(written.Rule.over(standard))
		if err == nil {
			err = c.validate()
		}
		if err != nil {
			return nil, sts.CleanError(fmt.Errorf("%s: check %d (%q): %w", f.Name, i+1, w.Name, err))
		}
		out = append(out, c)
	}
	return out, nil
}

func (f File) decode(into *writtenFile) error {
	if len(f.Text) > mostFile {
		return fmt.Errorf("it has %d bytes, which is more than %d", len(f.Text), mostFile)
	}
	decoder := yaml.NewDecoder(bytes.NewReader(f.Text))
	decoder.SetStrict(true)
	if err := decoder.Decode(into); err != nil && !errors.Is(err, io.EOF) {
		return plain(err)
	}
	var more any
	if err := decoder.Decode(&more); !errors.Is(err, io.EOF) {
		return errors.New("there is more than one document in it")
	}
	return nil
}

// plain is an error of the library without the names that types have here.
func plain(err error) error {
	text := strings.TrimPrefix(err.Error(), "yaml: ")
	var e *yaml.TypeError
	if errors.As(err, &e) && len(e.Errors) > 0 {
		text = e.Errors[0]
	}
	text = regexp.MustCompile(`field (\S+) not found in type .*`).ReplaceAllString(text, `unknown key "$1"`)
	text = regexp.MustCompile(`(?:field|key) "?(.+?)"? already set in .*`).ReplaceAllString(text, `key "$1" is there twice`)
	text = regexp.MustCompile(`cannot unmarshal !!\w+ (.*)into (\S+)$`).ReplaceAllStringFunc(text, func(found string) string {
		at := strings.LastIndexByte(found, ' ')
		what := "a value of another kind"
		if _, value, ok := strings.Cut(found[:at-len(" into")], "`"); ok {
			what = strings.TrimSuffix(value, "`")
		}
		return what + " is not " + noun(found[at+1:])
	})
	return errors.New(text)
}

// noun is what belongs where the library wants a type.
func noun(goType string) string {
	switch goType {
	case "int":
		return "a whole number"
	case "time.Duration":
		return "a duration such as 10s"
	case "string", "check.OnUnknown":
		return "text"
	case "[]check.fileCheck":
		return "a list of checks"
	}
	return "a map of keys and values"
}

// check is what is written, as a check.
func (w fileCheck) check(standard Rule) (Check, error) {
	c := Check{Name: w.Name, Rule: w.Rule.over(standard)}
	kinds := 0
	if w.Exec != nil {
		kinds++
		c.Kind, c.Command, c.Container = Exec, w.Exec.Command, w.Exec.Container
	}
	if w.HTTP != nil {
		kinds++
		c.Kind, c.URL, c.Expect = HTTP, w.HTTP.URL, w.HTTP.Expect
	}
	if w.Prom != nil {
		kinds++
		c.Kind, c.Query, c.Condition, c.Min = Prom, strings.TrimSpace(w.Prom.Query), strings.TrimSpace(w.Prom.Condition), w.Prom.Min
	}
	if w.Cmd != nil {
		kinds++
		c.Kind, c.Command = Cmd, w.Cmd.Command
	}
	if kinds != 1 {
		return Check{}, errors.New("it must have exactly one of exec, http, prom and cmd")
	}
	return c, nil
}
