package status_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kubectl-sts/kubectl-sts/pkg/report"
	"github.com/kubectl-sts/kubectl-sts/pkg/report/answer"
	"github.com/kubectl-sts/kubectl-sts/pkg/report/status"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/note"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
	"github.com/kubectl-sts/kubectl-sts/pkg/term"
)

func TestADriverThatHasEndedIsToldAsSuch(t *testing.T) {
	r := record(time.Hour)
	r.Driver = &note.Driver{User: "al\x1b[31mice", Host: "ci-7", Process: 12, Since: ststest.Start}
	st := judged("data", "redis", r, ststest.Set(updating, partitioned(4, time.Hour)), ststest.Pods(0, 4), fresh(4, 5))
	for _, test := range []struct {
		name  string
		ended func(note.Driver) bool
		line  string
		json  string
	}{
		{
			"nobody can tell", nil,
			"Driven by:  alice on ci-7, process 12, since 2030-01-02T03:04:05Z (0s ago)\n", `"since":"2030-01-02T03:04:05Z"}`,
		},
		{
			"it runs", func(note.Driver) bool { return false },
			"Driven by:  alice on ci-7, process 12, since 2030-01-02T03:04:05Z (0s ago)\n", `"since":"2030-01-02T03:04:05Z"}`,
		},
		{
			"it has ended", func(d note.Driver) bool { return d.Process == 12 },
			"Driven by:  alice on ci-7, process 12, which has ended\n", `"since":"2030-01-02T03:04:05Z","ended":true}`,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			var text, object strings.Builder
			st.Ops.Ended = test.ended
			status.Print(&text, term.ColorNever, st)
			answer.Writer{Out: &object, Color: term.ColorNever, Format: report.JSON}.Status(st)
			require.Contains(t, text.String(), test.line)
			require.Contains(t, object.String(), test.json)
		})
	}
}
