package text_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/claims"
	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/report"
	"github.com/kubectl-sts/kubectl-sts/pkg/report/answer"
	"github.com/kubectl-sts/kubectl-sts/pkg/report/reporttest"
	"github.com/kubectl-sts/kubectl-sts/pkg/report/text"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
	"github.com/kubectl-sts/kubectl-sts/pkg/term"
	"github.com/kubectl-sts/kubectl-sts/test/fuzz/fuzztest"
	"github.com/kubectl-sts/kubectl-sts/test/schema"
)

// FuzzTables shows the history of a set and its claims with any text in them.
func FuzzTables(f *testing.F) {
	for _, said := range reporttest.HostileTexts {
		f.Add(said)
	}
	s, err := schema.Load(reporttest.SchemaFile)
	require.NoError(f, err)
	within := fuzztest.Bound(f)
	f.Fuzz(func(t *testing.T, said string) {
		defer within.Input(t)()
		bad := ststest.Pod(4, ststest.Revision("rev"+said), ststest.Waiting(said, said), func(pod *corev1.Pod) { pod.Spec.NodeName = said })
		set := ststest.Set(ststest.Updating("nginx:1.22"), ststest.Partition(4))
		h := past(set, append(ststest.Pods(0, 4), bad), nil, made(ststest.Stable, "nginx:1.21", 1, time.Hour, said), withImage(said))
		v := reporttest.Orphan(4, func(v *claims.Verdict) {
			v.Claim.Name, v.Claim.Class, v.Claim.Volume, v.Reason, v.Set, v.Template = said, said, said, said, said, said
		})
		list := listed(v)
		list.ShowKept, list.AllNamespaces = true, true

		var human strings.Builder
		_, _ = human.WriteString(both(term.ColorNever, h))
		text.PrintClaims(&human, term.ColorNever, list, true)
		text.PrintClaimNames(&human, list)
		p := pruning(&human, &human, report.Human)
		p.Handle(reporttest.ClaimEvent(engine.ClaimEnd{Claim: v.Claim, Result: engine.ClaimFailed, Why: said}))
		p.Handle(engine.Event{Type: engine.EventWarning, Message: said})
		p.Handle(reporttest.BatchEnd(engine.Outcome{
			Result: engine.Drifted, Message: said, Receipts: said, Try: []hint.Hint{hint.Words(said)},
		}))
		fuzztest.Harmless(t, human.String())

		var objects strings.Builder
		programs := answer.Writer{Out: &objects, Format: report.JSON}
		programs.History(h)
		programs.Claims(list)
		fuzztest.Harmless(t, objects.String())
		for line := range strings.Lines(objects.String()) {
			_, err := s.Check([]byte(line))
			require.NoError(t, err)
		}
	})
}
