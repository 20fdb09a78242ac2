package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const empty = "# Page\n\n" + begins + ends + "\nThe rest.\n"

func TestATableIsReadAsItWasWritten(t *testing.T) {
	first, err := parsePage(empty)
	require.NoError(t, err)
	first.set("1.34.4", outcome{passed: []string{"a"}, failed: []string{"b"}, leftOut: map[string]string{"c": "needs 1.37"}})
	first.set("1.37.2", outcome{passed: []string{"a", "b", "c"}})
	first.set("1.35.4", outcome{passed: []string{"a", "b"}, leftOut: map[string]string{"c": "needs 1.37"}})

	text := first.page()

	require.Equal(t, `# Page

<!-- Written by make compat. -->

| Kubernetes | scripts | passed | failed | left out |
| --- | --- | --- | --- | --- |
| 1.37.2 | 3 | 3 | 0 | 0 |
| 1.35.4 | 3 | 2 | 0 | 1 |
| 1.34.4 | 3 | 1 | 1 | 1 |

| left out | on | why |
| --- | --- | --- |
| `+"`c`"+` | 1.35.4, 1.34.4 | needs 1.37 |

<!-- The end of what make compat writes. -->

The rest.
`, text)
	second, err := parsePage(text)
	require.NoError(t, err)
	require.Equal(t, text, second.page())
}

func TestAVersionThatIsRunAgainTakesItsOwnPlaceOnly(t *testing.T) {
	first, err := parsePage(empty)
	require.NoError(t, err)
	first.set("1.36.3", outcome{passed: []string{"a"}, leftOut: map[string]string{"c": "old"}})
	first.set("1.35.4", outcome{passed: []string{"a"}, leftOut: map[string]string{"c": "old"}})
	again, err := parsePage(first.page())
	require.NoError(t, err)

	again.set("1.36.3", outcome{passed: []string{"a", "c"}})

	require.Equal(t, map[string]row{"1.36.3": {passed: 2}, "1.35.4": {passed: 1, leftOut: 1}}, again.rows)
	require.Equal(t, map[reasoned][]string{{"c", "old"}: {"1.35.4"}}, again.leftOut)
}

func TestAPageWithoutATableIsAnError(t *testing.T) {
	for _, text := range []string{"", begins, ends + begins, "# Page\n" + ends} {
		_, err := parsePage(text)
		require.ErrorIs(t, err, errNoTable, "%q", text)
	}
	_, err := parsePage(begins + "| 1.36.3 | many | 1 | 0 | 0 |\n" + ends)
	require.ErrorContains(t, err, "the row of 1.36.3")
}

func TestScriptsAreSortedByHowTheyEnded(t *testing.T) {
	const events = `{"Action":"start"}
{"Action":"output","Test":"TestScripts","Output":"starting\n"}
{"Action":"run","Test":"TestScripts/b"}
{"Action":"output","Test":"TestScripts/b","Output":"what b said\n"}
{"Action":"output","Test":"TestScripts/a","Output":"what a said\n"}
{"Action":"fail","Test":"TestScripts/b","Elapsed":1}
{"Action":"pass","Test":"TestScripts/c"}
{"Action":"pass","Test":"TestScripts/a"}
{"Action":"skip","Test":"TestScripts/d"}
{"Action":"fail","Test":"TestScripts"}
{"Action":"fail"}
`
	var shown strings.Builder

	o, err := readEvents(strings.NewReader(events), &shown, func(script string) string { return "why " + script })

	require.NoError(t, err)
	require.Equal(t, outcome{passed: []string{"a", "c"}, failed: []string{"b"}, leftOut: map[string]string{"d": "why d"}}, o)
	require.Equal(t, "starting\nwhat b said\n", shown.String())

	_, err = readEvents(strings.NewReader("panic\n"), &shown, nil)
	require.ErrorContains(t, err, "panic")
}

func TestVersionsAreChecked(t *testing.T) {
	require.ErrorContains(t, run(t.Context(), nil), "name the versions")
	require.ErrorContains(t, run(t.Context(), []string{"latest"}), `"latest": want versions such as 1.37.2`)
}
