package app

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/process"
	"github.com/kubectl-sts/kubectl-sts/pkg/report"
	"github.com/kubectl-sts/kubectl-sts/pkg/report/answer"
)

// OnEnd is a command that is run once the plugin's has ended.
type OnEnd struct {
	Command string // empty for none
	Verb    string // that has ended
}

// onEndWithin is how long it may take: a run that has ended is not to hang because
// nobody takes the news.
const onEndWithin = time.Minute

var errOnEnd = fmt.Errorf("not done after %s", onEndWithin)

// onEnd runs it, with the outcome on its standard input. Nothing depends on how it ends.
// What was only a dry run, or a command line that could not be read, is no end.
func (e *Env) onEnd() {
	o := e.Report.End
	dry := e.DryRun != "" && e.DryRun != report.DryRunNone
	if e.OnEnd.Command == "" || dry || o.Result == engine.Misused {
		return
	}
	var outcome bytes.Buffer
	form := answer.Writer{Out: &outcome, Format: report.JSON, Caller: e.Caller()}
	form.End(report.DryRunNone, e.Report.About, e.Now(), o)
	ctx, cancel := context.WithTimeoutCause(context.Background(), onEndWithin, errOnEnd)
	defer cancel()
	var says bytes.Buffer
	err := process.Pipe(ctx, e.OnEnd.Command, []string{
		"STS_VERB=" + e.OnEnd.Verb, "STS_NAME=" + e.Report.About.Name, "STS_NAMESPACE=" + e.Report.About.Namespace,
		"STS_RESULT=" + string(o.Result), fmt.Sprintf("STS_EXIT_CODE=%d", o.ExitCode()),
	}, &outcome, &says)
	for line := range strings.Lines(says.String()) {
		report.Say(e.Streams.Err, "on-end-cmd | "+report.Clean(strings.TrimRight(line, "\n")))
	}
	if err != nil {
		e.Warn("the command of --on-end-cmd: " + err.Error())
	}
}
