package options

import (
	"io"
	"slices"
	"strings"

	"github.com/kubectl-sts/kubectl-sts/pkg/preset"
)

// presets are the names of those that ship with the plugin.
func presets() []string {
	return preset.Names()
}

// quoted are names for the help.
func quoted(names []string) string { return `"` + strings.Join(names, `", "`) + `"` }

// ReadPreset is the preset of that name, or of a file: with a slash or an ending it is
// one.
func ReadPreset(name string, stdin io.Reader) (preset.Preset, error) {
	if p, ok := preset.Find(name); ok {
		return p, nil
	}
	if !strings.ContainsAny(name, "/\\.") {
		return preset.Preset{}, Usage(
			"there is no preset %q; there are %s, and files (./%s.yaml)",
			name,
			strings.Join(presets(), ", "),
			name,
		)
	}
	text, err := ReadFile(name, stdin)
	if err != nil {
		return preset.Preset{}, Usage("--preset=%s: %w", name, err)
	}
	p, err := preset.Parse(name, text)
	if err != nil {
		return p, Usage("%w", err)
	}
	return p, nil
}

// add puts the preset's commands and checks before those of the flags.
func (f *CheckFlags) add(out *Checks, stdin io.Reader) error {
	p, err := ReadPreset(f.preset, stdin)
	if err != nil {
		return err
	}
	hooks := p.Hooks(f.given.Container)
	if out.Hooks.Leader != nil && hooks.Leader != nil {
		return Usage("preset %s says who leads; leave --last-exec and --step-down-exec out", p.Name)
	}
	out.Hooks.Before = append(hooks.Before, out.Hooks.Before...)
	out.Hooks.After = append(hooks.After, out.Hooks.After...)
	if hooks.Leader != nil {
		out.Hooks.Leader = hooks.Leader
	}
	out.All = slices.Concat(p.Checks(f.given.Container, f.given.Rule), out.All)
	return nil
}
