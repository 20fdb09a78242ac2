package cli

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/spf13/cobra"
	"github.com/stretchr/testify/require"

	"github.com/kubectl-sts/kubectl-sts/pkg/app"
	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/hint/hinttest"
	"github.com/kubectl-sts/kubectl-sts/pkg/options"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/report"
	"github.com/kubectl-sts/kubectl-sts/pkg/term"
)

// helpLine is where bad usage of a command leads that stands alone here.
const helpLine = "See 'canary --help'.\n"

// ends is what both streams say of an error, with the time left out.
func ends(t *testing.T, format report.Format, err error) (stdout, stderr string) {
	t.Helper()
	var out, story strings.Builder
	env := &app.Env{Streams: term.Streams{Out: &out, Err: &story}, Output: format}
	end(env, &cobra.Command{Use: "canary"}, nil, err, func() error { return nil })
	before, after, ok := strings.Cut(out.String(), `"time":"`)
	if ok {
		stamp, rest, _ := strings.Cut(after, `"`)
		_, err := time.Parse(time.RFC3339Nano, stamp)
		require.NoError(t, err)
		return before + `"time":""` + rest, story.String()
	}
	return out.String(), story.String()
}

func TestAnErrorIsToldOnce(t *testing.T) {
	const object = `{"type":"outcome","time":"","dryRun":"none",`
	tests := []struct {
		name           string
		err            error
		stderr, stdout string
	}{
		{"nothing", nil, "", ""},
		{"an outcome has been told already", ended(engine.Halted), "", ""},
		{
			"an error, on one line and harmless", errors.New("no\x1b[31m\nway"), "error: no way\n",
			object + `"message":"no way","result":"failed","exitCode":1}` + "\n",
		},
		{
			"a refusal, with what helps", &plan.Refusal{Why: "not now", Try: hinttest.List("wait\x07", "or --force")},
			"refused: not now\n  wait\n  or --force\n",
			object + `"message":"not now","result":"refused","exitCode":3,"try":["wait","or --force"]}` + "\n",
		},
		{
			"bad usage, with where the help is", options.Usage("no %d", 1), "error: no 1\n" + helpLine,
			object + `"message":"no 1","result":"usage","exitCode":2}` + "\n",
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			stdout, stderr := ends(t, report.Human, test.err)
			require.Empty(t, stdout)
			require.Equal(t, test.stderr, stderr)

			stdout, stderr = ends(t, report.JSON, test.err)
			require.Equal(t, test.stdout, stdout)
			require.Equal(t, test.stderr, stderr)
		})
	}
}

func TestTheFormatIsFoundInArgumentsThatCanNotBeRead(t *testing.T) {
	verb := &cobra.Command{Use: "canary"}
	verb.Flags().StringP("output", "o", "", "")
	tests := []struct {
		name string
		cmd  *cobra.Command
		args string
		want report.Format
	}{
		{"behind the flag that there is not", verb, "web --nonsense -o json", report.JSON},
		{"in one word", verb, "web --nonsense -oyaml", report.YAML},
		{"with its whole name", verb, "web --nonsense --output=json --yes", report.JSON},
		{"none", verb, "web --nonsense", report.Human},
		{"one that there is not", verb, "web --nonsense -o jsonpath", report.Human},
		{"a verb that has none", &cobra.Command{Use: "completion"}, "-o json", report.Human},
		{"no verb at all", nil, "-o json", report.Human},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) { require.Equal(t, test.want, wanted(test.cmd, strings.Fields(test.args))) })
	}
}
