package operation_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/check"
	"github.com/kubectl-sts/kubectl-sts/pkg/operation"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/note"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

// The commands of a rollout: one of each moment from flags, and a preset's.
var (
	drain   = plan.Hook{Exec: true, Command: "drain", Container: "db"}
	waits   = plan.Hook{Moment: plan.AfterPod, Command: "waits"}
	leads   = plan.Hook{Moment: plan.Leads, Exec: true, Command: "leads", Container: "db"}
	down    = plan.Hook{Moment: plan.StepDown, Exec: true, Command: "down", Container: "db"}
	flagged = plan.Hooks{
		Before: []plan.Hook{drain}, After: []plan.Hook{waits}, Leader: &plan.Leader{Find: leads, StepDown: &down},
	}
	ours = plan.Hooks{
		Before: []plan.Hook{{Exec: true, Command: "may go", Preset: "./ours.yaml"}},
		Leader: &plan.Leader{Find: plan.Hook{Moment: plan.Leads, Exec: true, Command: "who", Preset: "./ours.yaml"}},
	}
)

func TestARecordHasDigestsOfCommands(t *testing.T) {
	require.Nil(t, operation.HookDigests(plan.Hooks{}))
	require.Equal(t, []operation.HookDigest{
		{Flag: "before-exec", Container: "db", Digest: check.Digest("drain")},
		{Flag: "after-cmd", Moment: plan.AfterPod, Digest: check.Digest("waits")},
		{Flag: "last-exec", Moment: plan.Leads, Container: "db", Digest: check.Digest("leads")},
		{Flag: "step-down-exec", Moment: plan.StepDown, Container: "db", Digest: check.Digest("down")},
	}, operation.HookDigests(flagged))
	require.Equal(t, []operation.HookDigest{
		{Flag: "preset=ours", Digest: check.Digest("may go")},
		{Flag: "preset=ours", Moment: plan.Leads, Digest: check.Digest("who")},
	}, operation.HookDigests(ours))
}

// with are hooks with one thing changed.
func with(hooks plan.Hooks, change func(*plan.Hook)) plan.Hooks {
	return hooks.Map(func(h plan.Hook) plan.Hook {
		change(&h)
		return h
	})
}

func TestTheCommandsThatARolloutGoesOnWith(t *testing.T) {
	both := plan.Hooks{Before: []plan.Hook{ours.Before[0], drain}, Leader: ours.Leader}
	elsewhere := with(ours, func(h *plan.Hook) { h.Preset = "there/ours.yaml" })
	nowhere := func(h *plan.Hook) { h.Container = "" }
	for _, test := range []struct {
		name         string
		began, given plan.Hooks
		want         plan.Hooks
		says         string
	}{
		{name: "none", began: plan.Hooks{}, given: plan.Hooks{}},
		{name: "the same", began: flagged, given: flagged, want: flagged},
		{name: "the same, in the container of the record", began: flagged, given: with(flagged, nowhere), want: flagged},
		{
			name: "in another container", began: plan.Hooks{Before: []plan.Hook{drain}},
			given: with(plan.Hooks{Before: []plan.Hook{drain}}, func(h *plan.Hook) { h.Container = "other" }),
			says:  "was begun with the command of --before-exec in another container",
		},
		{
			name: "in a container, where it was the default one", began: with(plan.Hooks{Before: []plan.Hook{drain}}, nowhere),
			given: plan.Hooks{Before: []plan.Hook{drain}},
			says:  "was begun with the command of --before-exec in another container",
		},
		{
			name: "each another one", began: flagged, given: with(flagged, func(h *plan.Hook) { h.Command += " now" }),
			says: "was begun with another version of the command of --before-exec and of the command of --after-cmd " +
				"and of the command of --last-exec and of the command of --step-down-exec",
		},
		{
			name: "here in place of in the pod", began: plan.Hooks{Before: []plan.Hook{drain}},
			given: plan.Hooks{Before: []plan.Hook{{Command: "drain"}}},
			says:  "was begun with another version of the command of --before-exec",
		},
		{
			name: "without one, with another", began: plan.Hooks{Before: []plan.Hook{drain}}, given: plan.Hooks{After: []plan.Hook{waits}},
			says: "was begun with --before-exec, and the other pods would go without; it was begun without the command of --after-cmd",
		},
		{name: "with some more", began: plan.Hooks{}, given: ours, says: "was begun without ours/before and without ours/leads"},
		{
			name: "a preset under another path", began: ours, given: elsewhere, want: elsewhere,
		},
		{
			name: "a preset that was changed", began: ours, given: with(ours, func(h *plan.Hook) { h.Command += " now" }),
			says: "was begun with another version of ours/before and of ours/leads",
		},
		{
			name: "a preset that has lost a command", began: ours, given: plan.Hooks{Before: ours.Before},
			says: "was begun with another version of ours/leads",
		},
		{
			name: "another preset", began: ours, given: with(ours, func(h *plan.Hook) { h.Preset = "theirs" }),
			says: "was begun with --preset=ours, and the other pods would go without; " +
				"it was begun without theirs/before and without theirs/leads",
		},
		{name: "a preset and a flag", began: both, given: both, want: both},
		{
			name: "a preset without the flag", began: both, given: ours,
			says: "was begun with --before-exec, and the other pods would go without",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			var record operation.Rollout
			record.Runs(test.began)
			got, d := record.ResumeHooks(test.given)
			if test.says != "" {
				require.NotNil(t, d)
				require.Equal(t, test.says, d.Says())
				return
			}
			require.Nil(t, d)
			require.Equal(t, test.want, got)
		})
	}
}

// The record of an older version has the flags alone: what was given then nobody knows.
func TestARecordWithoutDigestsTellsWhatIsMissing(t *testing.T) {
	record := operation.Rollout{Hooks: []string{"before-exec", "last-exec"}}
	changed := with(flagged, func(h *plan.Hook) { h.Command += " now" })
	got, d := record.ResumeHooks(changed)
	require.Nil(t, d)
	require.Equal(t, changed, got)
	_, d = record.ResumeHooks(plan.Hooks{After: []plan.Hook{waits}})
	require.Equal(t, &operation.HookDifference{Missing: []string{"--before-exec", "--last-exec"}}, d)
}

func TestARecordWithAStrangeDigestIsNotRead(t *testing.T) {
	find := func(d ...operation.HookDigest) error {
		r := rolling(hooked("before-exec"), func(r *operation.Rollout) { r.HookDigests = d })
		in := func(set *appsv1.StatefulSet) { ststest.Annotated(note.RolloutAnnotation, *r.Text())(set) }
		_, err := operation.FindRollout(ststest.Snapshot(ststest.Set(in)))
		return err
	}
	require.NoError(t, find(operation.HookDigests(plan.Hooks{Before: []plan.Hook{drain}})...))
	require.ErrorContains(t, find(operation.HookDigest{Flag: "before-exec", Digest: "drain"}), `command of "before-exec": digest "drain"`)
	require.ErrorContains(t, find(operation.HookDigest{Flag: "between", Digest: check.Digest("drain")}), `command of "between"`)
}
