package status_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/report"
	"github.com/kubectl-sts/kubectl-sts/pkg/report/answer"
	"github.com/kubectl-sts/kubectl-sts/pkg/report/reporttest"
	"github.com/kubectl-sts/kubectl-sts/pkg/report/status"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
	"github.com/kubectl-sts/kubectl-sts/pkg/term"
	"github.com/kubectl-sts/kubectl-sts/test/fuzz/fuzztest"
	"github.com/kubectl-sts/kubectl-sts/test/schema"
)

// FuzzStatus shows a set with any text in it.
func FuzzStatus(f *testing.F) {
	for _, text := range reporttest.HostileTexts {
		f.Add(text)
	}
	s, err := schema.Load(reporttest.SchemaFile)
	require.NoError(f, err)
	within := fuzztest.Bound(f)
	f.Fuzz(func(t *testing.T, text string) {
		defer within.Input(t)()
		bad := ststest.Pod(4, ststest.Revision("rev"+text), ststest.Waiting(text, text), func(pod *corev1.Pod) { pod.Spec.NodeName = text })
		st := statusOf(ststest.Snapshot(reporttest.Opened(), ststest.Pods(0, 4), []*corev1.Pod{bad}), inCanary, halted(text, text))
		rolloutOf(&st).Stable, st.Snapshot.Set.Status.UpdateRevision = text, text
		st.Snapshot.FailedCreates = map[string]sts.FailedCreate{"web-3": {Message: text, At: ststest.Start}}

		var human, objects strings.Builder
		status.Print(&human, term.ColorNever, st)
		fuzztest.Harmless(t, human.String())
		answer.Writer{Out: &objects, Color: term.ColorNever, Format: report.JSON}.Status(st)
		fuzztest.Harmless(t, objects.String())
		for line := range strings.Lines(objects.String()) {
			_, err := s.Check([]byte(line))
			require.NoError(t, err)
		}
	})
}
