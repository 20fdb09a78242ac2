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
	for _, h := range hooks.Before {
		out = append(out, fmt.Sprintf("before each pod goes, %q is run %s", h.Command, where(h)))
	}
	for _, h := range hooks.After {
		out = append(out, fmt.Sprintf("once each pod is back, %q is run %s", h.Command, where(h)))
	}
	if l := hooks.Leader; l != nil {
		out = append(out, fmt.Sprintf("a pod leads where %q ends with exit code 0", l.Find.Command))
		if l.StepDown != nil {
			out = append(out, fmt.Sprintf("before a pod goes that leads, %q is run in it, and another one has to lead", l.StepDown.Command))
		}
	}
	return out
}

// WithHooks has a command give these commands.
func WithHooks(h hint.Hint, hooks plan.Hooks) hint.Hint {
	container := ""
	add := func(all []plan.Hook) {
		for _, hook := range all {
			h = h.With("--"+operation.HookFlag(hook), hook.Command)
			if hook.Exec && hook.Container != "" {
				container = hook.Container
			}
		}
	}
	add(hooks.Before)
	add(hooks.After)
	if l := hooks.Leader; l != nil {
		add([]plan.Hook{l.Find})
		if l.StepDown != nil {
			add([]plan.Hook{*l.StepDown})
		}
	}
	if container != "" {
		h = h.With("--container", container)
	}
	return h
}
