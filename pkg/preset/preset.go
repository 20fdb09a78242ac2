package preset

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"

	"go.yaml.in/yaml/v2"
	corev1 "k8s.io/api/core/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/check"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
)

//go:embed *.yaml
var files embed.FS

// Preset is what one kind of database needs.
type Preset struct {
	// Name is that of the file without its ending, and Given what the user calls it.
	Name, Given string
	Title       string
	// Text is the file.
	Text []byte

	written written
	checks  []check.Check
}

// written is a preset as its file has it. Each command is run by sh in the container,
// behind Prelude, with STS_NAME, STS_NAMESPACE, STS_POD, STS_ORDINAL, STS_REPLICAS,
// STS_PEERS and STS_ROLE set.
type written struct {
	// Title says what it is for, in one line.
	Title string `yaml:"title"`
	// Images are the last parts of the images' names that it fits, such as redis.
	Images []string `yaml:"images"`
	// Prelude stands before each command.
	Prelude string `yaml:"prelude"`
	// Before says whether a pod may go: exit code 75 says not yet.
	Before string `yaml:"before"`
	// After is run once a pod is back.
	After string `yaml:"after"`
	// Leads says by exit code 0 that this pod leads, and StepDown has another one lead.
	Leads    string `yaml:"leads"`
	StepDown string `yaml:"stepDown"`
	// Checks are measured on each pod that is back. Those that run a command have it
	// behind Prelude as well.
	Checks []writtenCheck `yaml:"checks"`
}

type writtenCheck struct {
	Name string `yaml:"name"`
	Exec string `yaml:"exec"`
}

// Parse reads a preset. name is what the user calls it: its own name, or a file.
func Parse(name string, text []byte) (Preset, error) {
	p := Preset{Name: plan.PresetName(name), Given: name, Text: text}
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	decoder.SetStrict(true)
	if err := decoder.Decode(&p.written); err != nil && !errors.Is(err, io.EOF) {
		return p, sts.CleanError(fmt.Errorf("preset %s: %w", name, err))
	}
	if err := decoder.Decode(new(any)); !errors.Is(err, io.EOF) {
		return p, sts.CleanError(fmt.Errorf("preset %s: there is more than one document in it", name))
	}
	p.Title = sts.Clean(p.written.Title)
	if prelude := p.written.Prelude; prelude != "" && !strings.HasSuffix(prelude, "\n") {
		p.written.Prelude += "\n" // else its last word and a command's first would be one
	}
	if err := p.validate(); err != nil {
		return p, sts.CleanError(fmt.Errorf("preset %s: %w", name, err))
	}
	return p, nil
}

func (p *Preset) validate() error {
	w := p.written
	switch {
	case w.Before == "" && w.After == "" && w.Leads == "" && len(w.Checks) == 0:
		return errors.New("it asks for nothing")
	case w.StepDown != "" && w.Leads == "":
		return errors.New("stepDown needs leads")
	}
	for _, command := range []string{w.Before, w.After, w.Leads, w.StepDown} {
		if command == "" {
			continue
		}
		if err := check.ValidCommand(w.Prelude + command); err != nil {
			return err
		}
	}
	for _, c := range w.Checks {
		p.checks = append(p.checks, check.Check{Name: c.Name, Kind: check.Exec, Command: w.Prelude + c.Exec, Preset: p.Name})
	}
	return check.Valid(p.checks, check.Standard())
}

// Find is a preset that ships with the plugin.
func Find(name string) (Preset, bool) {
	text, err := files.ReadFile(name + ".yaml")
	if err != nil {
		return Preset{}, false
	}
	p, err := Parse(name, text)
	return p, err == nil
}

// All are the presets that ship with the plugin, by name.
func All() []Preset {
	var out []Preset
	for _, name := range Names() {
		if p, ok := Find(name); ok {
			out = append(out, p)
		}
	}
	return out
}

// Names are their names alone.
func Names() []string {
	entries, _ := files.ReadDir(".")
	var out []string
	for _, e := range entries {
		out = append(out, strings.TrimSuffix(e.Name(), ".yaml"))
	}
	return out
}

// For is the preset for one of these containers' images, if there is one: it is told, and
// never applied by itself.
func For(containers []corev1.Container) (Preset, bool) {
	for _, name := range Names() {
		if !mentions(name, containers) {
			continue
		}
		p, ok := Find(name)
		if ok && slices.ContainsFunc(containers, func(c corev1.Container) bool { return p.fits(c.Image) }) {
			return p, true
		}
	}
	return Preset{}, false
}

// mentions reports whether a preset may be for one of these images, by the line that names
// its own: to read all presets would cost a look at a set more than the look itself.
func mentions(preset string, containers []corev1.Container) bool {
	text, _ := files.ReadFile(preset + ".yaml")
	_, rest, ok := bytes.Cut(text, []byte("\nimages:"))
	line, _, _ := bytes.Cut(rest, []byte("\n"))
	return !ok || slices.ContainsFunc(containers, func(c corev1.Container) bool { return bytes.Contains(line, []byte(nameOf(c.Image))) })
}

func (p Preset) fits(image string) bool { return slices.Contains(p.written.Images, nameOf(image)) }

// nameOf is the last part of an image's name.
func nameOf(image string) string {
	image, _, _ = strings.Cut(image, "@")
	name, _, _ := strings.Cut(path.Base(image), ":")
	return name
}

// Images are the last parts of the names of the images that it fits.
func (p Preset) Images() []string { return p.written.Images }

// Checks are measured on each pod that is back, in this container, by this rule.
func (p Preset) Checks(container string, rule check.Rule) []check.Check {
	out := slices.Clone(p.checks)
	for i := range out {
		out[i].Container, out[i].Rule = container, rule
	}
	return out
}

// Hooks are the commands for each pod, in this container.
func (p Preset) Hooks(container string) plan.Hooks {
	hook := func(command string, moment plan.Moment) []plan.Hook {
		if command == "" {
			return nil
		}
		return []plan.Hook{{Exec: true, Command: p.written.Prelude + command, Container: container, Moment: moment, Preset: p.Given}}
	}
	out := plan.Hooks{Before: hook(p.written.Before, plan.BeforePod), After: hook(p.written.After, plan.AfterPod)}
	if find := hook(p.written.Leads, plan.Leads); find != nil {
		out.Leader = &plan.Leader{Find: find[0]}
		if down := hook(p.written.StepDown, plan.StepDown); down != nil {
			out.Leader.StepDown = &down[0]
		}
	}
	return out
}
