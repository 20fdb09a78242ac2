package text_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kubectl-sts/kubectl-sts/pkg/history"
	"github.com/kubectl-sts/kubectl-sts/pkg/podtemplate"
	"github.com/kubectl-sts/kubectl-sts/pkg/report"
	"github.com/kubectl-sts/kubectl-sts/pkg/report/answer"
	"github.com/kubectl-sts/kubectl-sts/pkg/report/reporttest"
	"github.com/kubectl-sts/kubectl-sts/pkg/report/text"
	"github.com/kubectl-sts/kubectl-sts/pkg/term"
)

// hidden wants to draw on the screen, and has in it what nobody sees.
const hidden = "a\x1b[2J\nb\u009b31m\u202ec\u200b\U000E0041\u2028d\x7f\r\te"

func find(t *testing.T, h report.History, name string) history.Revision {
	t.Helper()
	r, err := history.Find(h.Revisions, h.Snapshot, name)
	require.NoError(t, err)
	return r
}

func printTemplate(t *testing.T, format report.Format, h report.History, r history.Revision) string {
	t.Helper()
	var out strings.Builder
	require.NoError(t, answer.Writer{Out: &out, Format: format}.Template(h, r))
	return out.String()
}

func TestTemplate(t *testing.T) {
	h := histories["broken"]()
	formats := map[string]report.Format{"template": report.Human, "template-json": report.JSON, "template-yaml": report.YAML}
	for name, format := range formats {
		t.Run(name, func(t *testing.T) { reporttest.Golden(t, name, printTemplate(t, format, h, find(t, h, "3"))) })
	}
}

func TestATemplateWithHiddenTextStaysWhatItIs(t *testing.T) {
	h := histories["hostile"]()
	image := h.Revisions[1].Images[0].Image
	require.Contains(t, image, "\x1b[2J\nb\u009b31m\u202e", "the test needs some")
	r := find(t, h, "2")

	out := printTemplate(t, report.JSON, h, r)
	reporttest.Harmless(t, out)
	var object struct{ Template json.RawMessage }
	require.NoError(t, json.Unmarshal([]byte(out), &object))
	images, err := podtemplate.Template(object.Template).Images()
	require.NoError(t, err)
	require.Equal(t, image, images[0].Image)

	for _, format := range []report.Format{report.Human, report.YAML} {
		out := printTemplate(t, format, h, r)
		reporttest.Harmless(t, out)
		require.Contains(t, out, `\u202e`)
	}
}

func TestATemplateOfSeveralLinesKeepsThem(t *testing.T) {
	h := histories["settled"]()
	r := find(t, h, "1")
	text, err := json.Marshal(map[string]any{"args": "one\n  two\u202e\n"})
	require.NoError(t, err)
	r.Template = text

	require.Equal(t, "args: |\n  one\n    two\\u202e\n", printTemplate(t, report.Human, h, r))
}

func TestATemplateThatCannotBeReadIsAnError(t *testing.T) {
	h := histories["settled"]()
	r := find(t, h, "1")
	r.Template = podtemplate.Template("oops")
	var out strings.Builder
	require.EqualError(t, text.PrintTemplate(&out, r),
		"pod template: invalid character 'o' looking for beginning of value")
	require.Empty(t, out.String())
}

func TestAboutARevision(t *testing.T) {
	tests := []struct{ name, set, revision, want string }{
		{
			"one that is run by pods and has a cause", "broken", "2",
			"# revision 2 (web-stable), 5d old, 4 pods, stable, change-cause: kubectl set image statefulset/web nginx=nginx:1.21",
		},
		{"one in trouble", "broken", "3", "# revision 3 (web-update), 4m old, 1 pod, update, broken"},
		{"one that no pod runs", "broken", "1", "# revision 1 (web-old), 90d old, 0 pods, change-cause: kubectl apply"},
		{"a hostile cause", "hostile", "1", "# revision 1 (web-stable), 60m old, 4 pods, stable, change-cause: causea b31mcd"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			h := histories[test.set]()
			require.Equal(t, test.want, text.AboutRevision(find(t, h, test.revision), h.Now))
		})
	}
}

// diffOf compares two revisions of a set.
func diffOf(t *testing.T, mode term.ColorMode, format report.Format, h report.History, from, to string) string {
	t.Helper()
	a, b := find(t, h, from), find(t, h, to)
	diff, err := podtemplate.Unified(a.Template, b.Template, report.RevisionName(a), report.RevisionName(b))
	require.NoError(t, err)
	var out strings.Builder
	answer.Writer{Out: &out, Color: mode, Format: format}.Diff(h, a, b, diff)
	return out.String()
}

func TestDiffOfRevisions(t *testing.T) {
	h := histories["broken"]()
	reporttest.Golden(t, "diff", diffOf(t, term.ColorNever, report.Human, h, "1", "3"))
	reporttest.Golden(t, "diff-json", diffOf(t, term.ColorAlways, report.JSON, h, "1", "3"))
	reporttest.Golden(t, "diff-yaml", diffOf(t, term.ColorAlways, report.YAML, h, "1", "3"))
	reporttest.Golden(t, "diff-same-json", diffOf(t, term.ColorAlways, report.JSON, h, "1", "1"))
	require.Empty(t, diffOf(t, term.ColorAlways, report.Human, h, "1", "1"))
}

func TestDiffInColour(t *testing.T) {
	diff := "--- a\n+++ b\n@@ -1,3 +1,3 @@\n same\n--- gone\n+++ new\n"
	want := "\x1b[1m--- a\x1b[0m\n\x1b[1m+++ b\x1b[0m\n\x1b[2m@@ -1,3 +1,3 @@\x1b[0m\n same\n" +
		"\x1b[1;31m--- gone\x1b[0m\n\x1b[32m+++ new\x1b[0m\n"
	require.Equal(t, want, text.Diff(&strings.Builder{}, term.ColorAlways, diff))
	require.Equal(t, diff, text.Diff(&strings.Builder{}, term.ColorNever, diff))
}

func TestADiffOfHiddenTextShowsIt(t *testing.T) {
	h := histories["hostile"]()
	for _, format := range []report.Format{report.Human, report.JSON, report.YAML} {
		out := diffOf(t, term.ColorNever, format, h, "1", "2")
		reporttest.Harmless(t, out)
		require.Contains(t, out, `\u202e`)
	}
	got := text.Diff(&strings.Builder{}, term.ColorNever, "-"+hidden+"\n+b\n")
	require.Equal(t, `-a\u001b[2J`+"\n"+`b\u009b31m\u202ec\u200b\udb40\udc41\u2028d\u007f\u000d`+"\te\n+b\n", got)
}
