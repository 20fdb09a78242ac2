package report_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/claims"
	"github.com/kubectl-sts/kubectl-sts/pkg/prune"
	"github.com/kubectl-sts/kubectl-sts/pkg/report"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
	"github.com/kubectl-sts/kubectl-sts/pkg/term"
	"github.com/kubectl-sts/kubectl-sts/test/fuzz/fuzztest"
	"github.com/kubectl-sts/kubectl-sts/test/schema"
)

// FuzzTables shows the history of a set and its claims with any text in them.
func FuzzTables(f *testing.F) {
	for _, text := range hostileTexts {
		f.Add(text)
	}
	s, err := schema.Load(schemaFile)
	require.NoError(f, err)
	within := fuzztest.Bound(f)
	f.Fuzz(func(t *testing.T, text string) {
		defer within.Input(t)()
		bad := ststest.Pod(4, ststest.Revision("rev"+text), ststest.Waiting(text, text), func(pod *corev1.Pod) { pod.Spec.NodeName = text })
		set := ststest.Set(ststest.Updating("nginx:1.22"), ststest.Partition(4))
		h := past(set, append(ststest.Pods(0, 4), bad), nil, made(ststest.Stable, "nginx:1.21", 1, time.Hour, text), withImage(text))
		v := orphan(4, func(v *claims.Verdict) {
			v.Claim.Name, v.Claim.Class, v.Claim.Volume, v.Reason, v.Set, v.Template = text, text, text, text, text, text
		})
		list := listed(v)
		list.ShowKept, list.AllNamespaces = true, true

		var human strings.Builder
		_, _ = human.WriteString(both(term.ColorNever, h))
		report.PrintClaims(&human, term.ColorNever, report.Wide, list)
		report.PrintClaims(&human, term.ColorNever, report.Name, list)
		p := pruning(&human, &human, report.Human)
		p.Handle(prune.Event{Verdict: v, Result: prune.Failed, Why: text})
		p.End(prune.Summary{Stopped: []string{text}}, text, text)
		fuzztest.Harmless(t, human.String())

		var objects strings.Builder
		report.PrintHistory(&objects, term.ColorNever, report.JSON, h)
		report.PrintClaims(&objects, term.ColorNever, report.JSON, list)
		fuzztest.Harmless(t, objects.String())
		for line := range strings.Lines(objects.String()) {
			_, err := s.Check([]byte(line))
			require.NoError(t, err)
		}
	})
}
