package operation

import (
	"slices"
	"strings"

	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
)

// The flags of commands that run for each pod. A record names them and not the
// commands: these are nobody else's business.
const (
	BeforeExec   = "before-exec"
	BeforeCmd    = "before-cmd"
	AfterExec    = "after-exec"
	AfterCmd     = "after-cmd"
	LastExec     = "last-exec"
	StepDownExec = "step-down-exec"
)

var hookFlags = []string{BeforeExec, BeforeCmd, AfterExec, AfterCmd, LastExec, StepDownExec}

// presetFlag stands before the name of the preset that brings hooks: that is no secret.
const presetFlag = "preset="

// HookFlag is the flag that brings a hook: of a preset with its name, whatever the file
// is called.
func HookFlag(h plan.Hook) string {
	switch {
	case h.Preset != "":
		return presetFlag + plan.PresetName(h.Preset)
	case h.Moment == plan.Leads:
		return LastExec
	case h.Moment == plan.StepDown:
		return StepDownExec
	case h.Moment == plan.AfterPod && h.Exec:
		return AfterExec
	case h.Moment == plan.AfterPod:
		return AfterCmd
	case h.Exec:
		return BeforeExec
	}
	return BeforeCmd
}

// HookFlags are the flags that bring these hooks, each once.
func HookFlags(hooks plan.Hooks) []string {
	var out []string
	for _, h := range hooks.All() {
		if flag := HookFlag(h); !slices.Contains(out, flag) {
			out = append(out, flag)
		}
	}
	return out
}

// SameMoment reports whether both flags bring a command for the same moment: one may
// stand for the other.
func SameMoment(a, b string) bool {
	moment := func(flag string) string {
		return strings.TrimSuffix(strings.TrimSuffix(flag, "-exec"), "-cmd")
	}
	return moment(a) == moment(b)
}

// hasMoment reports whether one of the flags brings a command for the same moment as this.
func hasMoment(flags []string, flag string) bool {
	return slices.ContainsFunc(flags, func(f string) bool { return SameMoment(f, flag) })
}

func knownHooks(flags []string) bool {
	return !slices.ContainsFunc(flags, func(f string) bool { return !slices.Contains(hookFlags, f) && !strings.HasPrefix(f, presetFlag) })
}

// reminded has a command remind of those that have to be given again.
func reminded(h hint.Hint, flags ...string) hint.Hint {
	h.Args = slices.Clone(h.Args)
	for _, flag := range flags {
		if h.Args = append(h.Args, "--"+flag); !strings.HasPrefix(flag, presetFlag) {
			h.Args = append(h.Args, hint.Blank)
		}
	}
	return h
}
