package verdict

import (
	"fmt"
	"strings"

	"github.com/kubectl-sts/kubectl-sts/pkg/canary"
	"github.com/kubectl-sts/kubectl-sts/pkg/rollout"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
)

// help lists the commands that help with a judgement, or with the end of a
// watch. good says that every pod is where it should be; command is how the
// user calls the plugin.
func help(s sts.Snapshot, record *canary.Record, o rollout.Outcome, good bool, command string) []string {
	var try []string
	if o.Trouble != nil && o.Trouble.Reason == sts.ReasonBlocked {
		try = append(try, fmt.Sprintf("delete it, and the controller makes it anew at the wanted revision: %s delete pod %s",
			kubectl(command), o.Pod))
	}
	if record != nil {
		try = append(try, canaryCommands(s, *record, good, command)...)
	}
	if o.Result == rollout.Halted && o.Trouble != nil && o.Trouble.Reason != sts.ReasonFailedCreate && len(try) == 0 {
		try = append(try, fmt.Sprintf("look closer: %s describe pod %s", kubectl(command), o.Pod))
	}
	return try
}

// kubectl is kubectl with the user's own flags: another cluster or namespace
// may have a pod of the same name.
func kubectl(command string) string { return "kubectl" + strings.TrimPrefix(command, "kubectl sts") }

func canaryCommands(s sts.Snapshot, record canary.Record, good bool, command string) []string {
	var try []string
	for _, help := range record.Helps(good) {
		try = append(try, fmt.Sprintf("%s: %s %s %s", help.What, command, help.Verb, s.Name()))
	}
	return try
}
