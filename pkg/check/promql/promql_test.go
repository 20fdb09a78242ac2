package promql_test

import (
	"regexp"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kubectl-sts/kubectl-sts/pkg/check/promql"
	"github.com/kubectl-sts/kubectl-sts/test/fuzz/fuzztest"
)

var known = promql.Variables{
	Pods: []string{"web-4"}, Stable: []string{"web-0", "web-1.x"}, All: []string{"web-0", "web-1.x", "web-4"},
	Namespace: "shop", Name: "web", Window: 90*time.Second + 300*time.Millisecond,
}

func TestFill(t *testing.T) {
	for query, want := range map[string]string{
		`up{pod=~"$pods"}`:                  `up{pod=~"(?:web-4)"}`,
		`up{pod=~"$stable"}`:                `up{pod=~"(?:web-0|web-1[.]x)"}`,
		`up{pod=~'$all'}`:                   `up{pod=~'(?:web-0|web-1[.]x|web-4)'}`,
		`rate(a{ns="$namespace"}[$window])`: `rate(a{ns="shop"}[90s])`,
		`a{job="$name-metrics"}`:            `a{job="web-metrics"}`,
		`a{pod=~"web-.*$"}`:                 `a{pod=~"web-.*$"}`,
		`up{instance=~"$pods:9100"}`:        `up{instance=~"(?:web-4):9100"}`,
		"sum(\n\ta\n)":                      "sum(\n\ta\n)",
	} {
		q, err := promql.Parse(query)
		require.NoError(t, err)
		got, err := q.Fill(known)
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
}

func TestFillRefusesWhatStandsForNothing(t *testing.T) {
	for query, want := range map[string]string{
		`up{pod=~"$pods"}`:  "$pods stands for nothing: there is none now",
		`a{pod=~"$stable"}`: "$stable stands for nothing: there is none now",
		`rate(a[$window])`:  "$window stands for nothing: there is none now",
	} {
		q, err := promql.Parse(query)
		require.NoError(t, err)
		_, err = q.Fill(promql.Variables{Namespace: "shop", Name: "web", All: []string{"web-0"}})
		require.EqualError(t, err, want)
	}
}

func TestParseRejects(t *testing.T) {
	for query, want := range map[string]string{
		"":              "there is no query",
		" \n":           "there is no query", //nolint:gocritic // blanks are what it is about
		"up{pod=~$pod}": "the query has $pod; there are $pods, $stable, $all, $namespace, $name and $window",
		"a[$windows]":   "the query has $windows; there are $pods, $stable, $all, $namespace, $name and $window",
		"a\x1b[2J":      "the query has characters that can't be seen",
		"a\u202eb":      "the query has characters that can't be seen",
	} {
		_, err := promql.Parse(query)
		require.EqualError(t, err, want, query)
	}
}

func TestWindowOf(t *testing.T) {
	now := time.Date(2026, 11, 3, 12, 0, 0, 0, time.UTC)
	type window struct {
		Long time.Duration
		OK   bool
	}
	tests := []struct {
		ago, scrape time.Duration
		want        window
	}{
		{59 * time.Second, 30 * time.Second, window{59 * time.Second, false}},
		{60 * time.Second, 30 * time.Second, window{60 * time.Second, true}},
		{90*time.Second + 700*time.Millisecond, 30 * time.Second, window{90 * time.Second, true}},
		{500 * time.Millisecond, 0, window{0, false}},
		{-time.Second, time.Second, window{-time.Second, false}},
	}
	for _, test := range tests {
		var got window
		got.Long, got.OK = promql.WindowOf(now.Add(-test.ago), now, test.scrape)
		require.Equal(t, test.want, got, "%s", test.ago)
	}
}

func TestRanges(t *testing.T) {
	for query, want := range map[string][]time.Duration{
		"rate(a[5m])":                           {5 * time.Minute},
		"rate(a[ 5m ]) / rate(b[5m])":           {5 * time.Minute},
		"max_over_time(rate(a[1m])[1h30m:10s])": {time.Minute, 90 * time.Minute},
		`a{b="[5m]", c='\'[1h]'}`:               nil,
		"a{b=`\\`}[1d]":                         {24 * time.Hour},
		"rate(a[$window])":                      nil,
		"a[99999999999y]":                       nil,
		"a[300ms]":                              {300 * time.Millisecond},
	} {
		require.Equal(t, want, promql.Ranges(query), query)
	}
}

func TestParseFloor(t *testing.T) {
	type reached struct{ Below, At, Above bool }
	for text, want := range map[string]reached{
		"sum(increase(a[$window])) >= 100": {false, true, true},
		"sum(a) > 100":                     {false, false, true},
		"sum(a > 0) >=1e2":                 {false, true, true},
	} {
		f, err := promql.ParseFloor(text)
		require.NoError(t, err)
		require.Equal(t, want, reached{f.Reached(99), f.Reached(100), f.Reached(101)}, text)
	}
	const form = "the least traffic is 'QUERY >= NUMBER', such as 'sum(increase(requests_total[$window])) >= 100'"
	for text, want := range map[string]string{
		"":             form,
		"sum(a)":       form,
		"sum(a) >= x":  form,
		"a >= NaN":     form,
		">= 100":       "the least traffic: there is no query",
		"a[$w] >= 100": "the least traffic: the query has $w; there are $pods, $stable, $all, $namespace, $name and $window",
	} {
		_, err := promql.ParseFloor(text)
		require.EqualError(t, err, want, text)
	}
}

func FuzzQuery(f *testing.F) {
	for _, text := range []string{
		`up{pod=~"$pods"}`, "rate(a[$window]) > 1", "$", "$$pods", "$pods$", "a[5m] >= 100", "a[1h30m:10s]", `"\"`, "a[99999999999y]",
	} {
		f.Add(text)
	}
	within := fuzztest.Bound(f)
	f.Fuzz(func(t *testing.T, text string) {
		defer within.Input(t)()
		for _, d := range promql.Ranges(text) {
			require.GreaterOrEqual(t, d, time.Duration(0))
		}
		if _, err := promql.ParseFloor(text); err != nil {
			fuzztest.OneLine(t, err)
		}
		q, err := promql.Parse(text)
		if err != nil {
			fuzztest.OneLine(t, err)
			return
		}
		_, err = q.Fill(known)
		require.NoError(t, err)
	})
}

// FuzzPattern holds what stands for names against a regular expression's own opinion.
func FuzzPattern(f *testing.F) {
	for _, name := range []string{"web-0", "web.1", "a|b", "a]", "^", "\\", "web-4$", ""} {
		f.Add(name, "web-0")
	}
	within := fuzztest.Bound(f)
	q, err := promql.Parse("$pods")
	require.NoError(f, err)
	dns := regexp.MustCompile(`^[a-z0-9]([-.a-z0-9]*[a-z0-9])?$`)
	f.Fuzz(func(t *testing.T, name, other string) {
		if !dns.MatchString(name) {
			t.Skip("no name of a pod")
		}
		defer within.Input(t)()
		text, err := q.Fill(promql.Variables{Pods: []string{name, name + "x"}})
		require.NoError(t, err)
		matches, err := regexp.Compile("^(?:" + text + ")$") // as Prometheus has it
		require.NoError(t, err)
		require.True(t, matches.MatchString(name))
		require.Equal(t, other == name || other == name+"x", matches.MatchString(other))
	})
}
