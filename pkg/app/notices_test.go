package app

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kubectl-sts/kubectl-sts/pkg/report/ci"
	"github.com/kubectl-sts/kubectl-sts/pkg/term"
)

// What comes after the last run is in the reports all the same.
func TestAWarningThatNoRunHasToldIsToldInTheEnd(t *testing.T) {
	var stderr strings.Builder
	env := &Env{Streams: term.Streams{Err: &stderr}}
	env.Report.Parts = []*ci.Part{{Title: "the canary"}, {Title: "the way back", Warnings: []string{"mind this"}}}
	env.notices.note("a field is unknown")

	env.Flush()
	env.Flush()

	require.Equal(t, "warning: a field is unknown\n", stderr.String())
	require.Equal(t, []*ci.Part{
		{Title: "the canary"}, {Title: "the way back", Warnings: []string{"mind this", "a field is unknown"}},
	}, env.Report.Parts)
}
