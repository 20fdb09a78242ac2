package intent

import (
	"fmt"

	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/operation"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
)

// HookDetails say what is run for each pod, in lines for a plan's head.
func HookDetails(hooks plan.Hooks) []string {
	where := func(h plan.Hook) string {
		if h.Exec {
			return "in it"
		}
		return "on this machine"
	}
	var out []string
	if given := hooks.Preset(); given != "" {
		out = append(out, fmt.Sprintf("preset %s brings commands and checks (preset show %s prints them)", plan.PresetName(given), given))
	}
	for _, h := range hooks.Before {
		out = append(out, fmt.Sprintf("before each pod goes, %s is run %s", h.Said(), where(h)))
	}
	for _, h := range hooks.After {
		out = append(out, fmt.Sprintf("once each pod is back, %s is run %s", h.Said(), where(h)))
	}
	if l := hooks.Leader; l != nil {
		out = append(out, fmt.Sprintf("a pod leads where %s ends with exit code 0", l.Find.Said()))
		if l.StepDown != nil {
			out = append(out, fmt.Sprintf("before a pod goes that leads, %s is run in it, and another one has to lead", l.StepDown.Said()))
		}
	}
	return out
}

// WithHooks has a command give these commands.
func WithHooks(h hint.Hint, hooks plan.Hooks) hint.Hint {
	container := ""
	for _, hook := range hooks.All() {
		if hook.Exec && hook.Container != "" {
			container = hook.Container
		}
		if hook.Preset == "" {
			h = h.With("--"+operation.HookFlag(hook), hook.Command)
		}
	}
	if given := hooks.Preset(); given != "" {
		h = h.With("--preset", given)
	}
	if container != "" {
		h = h.With("--container", container)
	}
	return h
}
