package options

import (
	"github.com/spf13/pflag"

	"github.com/kubectl-sts/kubectl-sts/pkg/check"
	"github.com/kubectl-sts/kubectl-sts/pkg/operation"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
)

// HookFlags are the flags of the commands that run for each pod that a verb replaces,
// adds or removes.
type HookFlags struct {
	flags *pflag.FlagSet // of the verb
	value map[string]*string
}

// hookFlags are the names of the flags, and what they say.
var hookFlags = []struct{ name, says string }{
	{
		operation.BeforeExec,
		"A shell command to run in the pod's container before the pod goes. Exit code 75 says that it is too early: it is run again " +
			"until --step-timeout.",
	},
	{operation.BeforeCmd, "A shell command to run on this machine before a pod goes."},
	{operation.AfterExec, "A shell command to run in the pod's container once the pod is back and Available."},
	{operation.AfterCmd, "A shell command to run on this machine once a pod is back and Available."},
	{
		operation.LastExec,
		"A shell command that says which pod leads: it is run in each pod, and exit code 0 means that this one does. Where the " +
			"controller leaves the order to others a pod that leads comes last.",
	},
	{
		operation.StepDownExec,
		"A shell command to run in a pod that leads (--last-exec), just before it goes. The pod goes once another one leads.",
	},
}

// AddHookFlags adds the flags. The container for those in pods is --container.
func AddHookFlags(flags *pflag.FlagSet) *HookFlags {
	f := &HookFlags{flags: flags, value: map[string]*string{}}
	for _, flag := range hookFlags {
		f.value[flag.name] = flags.String(flag.name, "", flag.says)
	}
	return f
}

// Read makes the hooks, those in pods for this container, and rejects what can't be run or should not be seen.
func (f *HookFlags) Read(container string) (plan.Hooks, error) {
	var out plan.Hooks
	for _, flag := range hookFlags {
		if err := NotEmpty(f.flags, flag.name); err != nil {
			return out, err
		}
		if command := *f.value[flag.name]; command != "" {
			if err := check.ValidCommand(command); err != nil {
				return out, Usage("--%s: %w", flag.name, err)
			}
		}
	}
	hook := func(name string, exec bool, moment plan.Moment) []plan.Hook {
		command := *f.value[name]
		if command == "" {
			return nil
		}
		h := plan.Hook{Command: command, Exec: exec, Moment: moment}
		if exec {
			h.Container = container
		}
		return []plan.Hook{h}
	}
	for _, both := range [][2]string{{operation.BeforeExec, operation.BeforeCmd}, {operation.AfterExec, operation.AfterCmd}} {
		if *f.value[both[0]] != "" && *f.value[both[1]] != "" {
			return out, Usage("give one of --%s and --%s", both[0], both[1])
		}
	}
	out.Before = append(hook(operation.BeforeExec, true, plan.BeforePod), hook(operation.BeforeCmd, false, plan.BeforePod)...)
	out.After = append(hook(operation.AfterExec, true, plan.AfterPod), hook(operation.AfterCmd, false, plan.AfterPod)...)
	find, down := hook(operation.LastExec, true, plan.Leads), hook(operation.StepDownExec, true, plan.StepDown)
	switch {
	case len(find) > 0:
		out.Leader = &plan.Leader{Find: find[0]}
		if len(down) > 0 {
			out.Leader.StepDown = &down[0]
		}
	case len(down) > 0:
		return out, Usage("--%s needs --%s: which pod leads?", operation.StepDownExec, operation.LastExec)
	}
	return out, nil
}
