package app

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kubectl-sts/kubectl-sts/pkg/report/ci"
	"github.com/kubectl-sts/kubectl-sts/pkg/term"
)

// Whoever waits for warnings is woken, once for all that nobody has told yet.
func TestThatThereAreWarningsIsNews(t *testing.T) {
	env := &Env{}
	env.Note("nobody has asked yet")
	news := env.News()
	require.Empty(t, news)

	env.Running(true)
	env.Note("a field is unknown")
	env.Note("a field is unknown")
	env.retrying("trying again")

	require.Len(t, news, 1)
	<-news
	require.Equal(t, []string{"nobody has asked yet", "a field is unknown", "trying again"}, env.Notices())
	env.retrying("trying still")
	require.Len(t, news, 1)
}

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
