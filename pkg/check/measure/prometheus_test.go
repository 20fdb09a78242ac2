package measure_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kubectl-sts/kubectl-sts/pkg/check"
	"github.com/kubectl-sts/kubectl-sts/pkg/check/measure"
)

// answers are what a Prometheus says to which query.
type answers map[string]string

// The answers of Prometheus, as its API has them.
func vector(series ...string) string {
	return `{"status":"success","data":{"resultType":"vector","result":[` + strings.Join(series, ",") + `]}}`
}

func series(pod, value string) string {
	return fmt.Sprintf(`{"metric":{"pod":%q},"value":[1762171200,%q]}`, pod, value)
}

func number(value string) string {
	return fmt.Sprintf(`{"metric":{},"value":[1762171200,%q]}`, value)
}

// serve is a Prometheus with these answers. What it is not asked for is an error.
func (a answers) serve(t *testing.T) *measure.Prometheus {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		query := r.FormValue("query")
		text, ok := a[query]
		switch {
		case r.Method != http.MethodGet || r.URL.Path != "/api/v1/query":
			w.WriteHeader(http.StatusTeapot)
		case !ok:
			w.WriteHeader(http.StatusBadRequest)
			_, _ = fmt.Fprintf(w, `{"status":"error","errorType":"bad_data","error":%q}`, "no answer to "+query)
		default:
			_, _ = w.Write([]byte(text))
		}
	}))
	t.Cleanup(server.Close)
	return &measure.Prometheus{URL: server.URL}
}

func prom(query, condition string) check.Check {
	return one(check.Check{Kind: check.Prom, Query: query, Condition: condition})
}

func value(v float64) *float64 { return &v }

const (
	query   = `max by (pod) (p99{pod=~"$pods"})`
	ofStep  = `max by (pod) (p99{pod=~"(?:web-3|web-4)"})`
	ofWell  = `max by (pod) (p99{pod=~"(?:web-0|web-1)"})`
	compare = "value <= 1.2 * stable"
)

func TestCanaryPodsAreComparedWithStableOnes(t *testing.T) {
	m := measure.Measurer{Prom: answers{
		ofStep: vector(series("web-4", "0.31"), series("web-3", "0.29")),
		ofWell: vector(series("web-0", "0.18"), series("web-1", "0.2")),
	}.serve(t)}
	got := m.Measure(t.Context(), prom(query, compare), scope())
	worst := check.Reading{Pod: "web-4", Verdict: check.Fail, Value: value(0.31), Message: "0.31 > 1.2 * stable 0.19"}
	require.Equal(t, check.Measurement{
		Check: "it", At: noon, Reading: worst, Stable: value(0.19), Bound: "<= 1.2 * stable",
		Readings: []check.Reading{{Pod: "web-3", Verdict: check.Fail, Value: value(0.29), Message: "0.29 > 1.2 * stable 0.19"}, worst},
	}, got)
	require.Equal(t, "it 0.31 > 1.2 * stable 0.19, pod web-4", got.Words())
}

func TestTheWorstPodIsNamed(t *testing.T) {
	for _, test := range []struct {
		condition, three, four string
		want                   check.Reading
	}{
		{"value < 1", "0.1", "0.2", check.Reading{Pod: "web-4", Verdict: check.Pass, Value: value(0.2), Message: "0.2 < 1"}},
		{"value < 1", "0.2", "0.1", check.Reading{Pod: "web-3", Verdict: check.Pass, Value: value(0.2), Message: "0.2 < 1"}},
		{"value > 1", "3", "2", check.Reading{Pod: "web-4", Verdict: check.Pass, Value: value(2), Message: "2 > 1"}},
		{"value < 1", "5", "3", check.Reading{Pod: "web-3", Verdict: check.Fail, Value: value(5), Message: "5 >= 1"}},
		{"value < 1", "NaN", "0", check.Reading{Pod: "web-3", Verdict: check.Unknown, Message: "the answer is NaN"}},
		{"value < 1", "NaN", "7", check.Reading{Pod: "web-4", Verdict: check.Fail, Value: value(7), Message: "7 >= 1"}},
		{"value < 1", "0", "+Inf", check.Reading{Pod: "web-4", Verdict: check.Fail, Message: "+Inf >= 1"}},
		{"isNaN(value) or value < 1", "NaN", "0", check.Reading{Pod: "web-3", Verdict: check.Pass, Message: "NaN: isNaN(value) or value < 1 holds"}}, //nolint:lll // one text
		{"max(values) < 1", "0", "7", check.Reading{Verdict: check.Fail, Message: "max(values) < 1 does not hold"}},
		{"max(values) < 1", "0", "NaN", check.Reading{Verdict: check.Unknown, Message: "the answer has NaN in it"}},
		{"values[2] < 1", "0", "0", check.Reading{Verdict: check.Unknown, Message: `condition "values[2] < 1": there is no values[2]: there are 2 values`}}, //nolint:lll // one text
		{"value < values[1]", "0", "2", check.Reading{Pod: "web-4", Verdict: check.Fail, Value: value(2), Message: "2 >= values[1]"}},
	} {
		t.Run(test.condition+" "+test.three+" "+test.four, func(t *testing.T) {
			m := measure.Measurer{Prom: answers{ofStep: vector(series("web-3", test.three), series("web-4", test.four))}.serve(t)}
			require.Equal(t, test.want, m.Measure(t.Context(), prom(query, test.condition), scope()).Reading)
		})
	}
}

func TestAnswersThatAreNoneAreUnknown(t *testing.T) {
	for name, test := range map[string]struct{ answer, want string }{
		"no series":               {vector(), "the query has no answer: there is no series"},
		"a pod is missing":        {vector(series("web-4", "0")), "the query has no series for pod web-3 as its answer"},
		"other pods alone":        {vector(series("web-0", "0"), series("web-1", "0")), "the query has no series for pod web-3 as its answer"},                              //nolint:lll // one text
		"a pod twice":             {vector(series("web-4", "0"), series("web-4", "1")), "the query has several series for pod web-4 as its answer: one for each is wanted"}, //nolint:lll // one text
		"no pods":                 {vector(number("0"), number("1")), "the query has 2 series as its answer: one is wanted, or one for each pod, with the label pod"},       //nolint:lll // one text
		"NaN":                     {vector(number("NaN")), "the answer is NaN"},
		"a range":                 {`{"status":"success","data":{"resultType":"matrix","result":[]}}`, "the query's answer is a matrix, and a number, or one for each pod, is wanted"},        //nolint:lll // one text
		"text":                    {`{"status":"success","data":{"resultType":"string","result":[0,"x"]}}`, "the query's answer is a string, and a number, or one for each pod, is wanted"},   //nolint:lll // one text
		"a histogram":             {vector(`{"metric":{},"histogram":[0,{"count":"1","sum":"1","buckets":[]}]}`), "the query's answer is a histogram, and a number is wanted"},                //nolint:lll // one text
		"a part":                  {`{"status":"success","warnings":["store-2 is\u001b[31m down"],"data":{"resultType":"vector","result":[]}}`, "the answer may be partial: store-2 is down"}, //nolint:lll // one text
		"another server's answer": {`<html>`, "the answer is none of Prometheus: "},
	} {
		t.Run(name, func(t *testing.T) {
			m := measure.Measurer{Prom: answers{ofStep: test.answer}.serve(t)}
			got := m.Measure(t.Context(), prom(query, "value < 1"), scope())
			require.Equal(t, check.Unknown, got.Verdict)
			if strings.HasSuffix(test.want, ": ") { // the rest are words of a library
				require.True(t, strings.HasPrefix(got.Message, test.want), got.Message)
				return
			}
			require.Equal(t, test.want, got.Message)
		})
	}
}

func TestAPrometheusThatIsNotThereIsUnknown(t *testing.T) {
	status := func(code int, body string) string { return answering(t, code, body).URL }
	gone := answering(t, 200, "")
	gone.Close()
	for name, test := range map[string]struct{ url, want string }{
		"refused":      {gone.URL, "no connection to " + strings.TrimPrefix(gone.URL, "http://") + ": connection refused"},
		"bad query":    {status(400, `{"status":"error","errorType":"bad_data","error":"parse error"}`), "the query is refused: parse error"},      //nolint:lll // one text
		"forbidden":    {status(403, `{"kind":"Status","message":"services \"x\" is forbidden"}`), `client error: 403: services "x" is forbidden`}, //nolint:lll // one text
		"unauthorized": {status(401, "who?"), "client error: 401: who?"},
		"unavailable":  {status(503, "no healthy upstream"), "server error: 503: no healthy upstream"},
		"elsewhere":    {status(302, ""), "bad response code 302"},
		"too much":     {status(200, strings.Repeat(" ", 5<<20)), "the answer is longer than 4194304 bytes"},
	} {
		t.Run(name, func(t *testing.T) {
			m := measure.Measurer{Prom: &measure.Prometheus{URL: test.url}}
			got := m.Measure(t.Context(), prom(query, "value < 1"), scope())
			require.Equal(t, check.Unknown, got.Verdict)
			require.Contains(t, got.Message, test.want)
			require.NotContains(t, got.Message, "p99", "the query is known")
		})
	}
}

func TestWhenNoStablePodIsLeft(t *testing.T) {
	m := measure.Measurer{Prom: answers{ofStep: vector(series("web-3", "0.1"), series("web-4", "0.1"))}.serve(t)}
	on := scope()
	on.Stables = nil
	got := m.Measure(t.Context(), prom(query, compare), on)
	require.Equal(t, check.Reading{
		Verdict: check.Unknown, Message: "no stable pod is left to compare with, and none was measured before",
	}, got.Reading)

	before := noon.Add(-time.Hour)
	on.Last = check.Stables{"it": {Value: 0.19, At: before}}
	got = m.Measure(t.Context(), prom(query, compare), on)
	require.Equal(t, check.Pass, got.Verdict)
	require.Equal(t, value(0.19), got.Stable)
	require.Equal(t, before, got.StableAt)
}

func TestStablePodsThatSayNothingAreUnknown(t *testing.T) {
	for answer, want := range map[string]string{
		vector():                     "about the stable pods: the query has no answer: there is no series",
		vector(series("web-0", "1")): "about the stable pods: the query has no series for pod web-1 as its answer",
		vector(number("NaN")):        "about the stable pods: the answer is NaN",
	} {
		m := measure.Measurer{Prom: answers{ofStep: vector(series("web-3", "0"), series("web-4", "0")), ofWell: answer}.serve(t)}
		require.Equal(
			t,
			check.Reading{Verdict: check.Unknown, Message: want},
			m.Measure(t.Context(), prom(query, compare), scope()).Reading,
		)
	}
}

func TestTheWindow(t *testing.T) {
	const rate = `rate(e{pod=~"$pods"}[$window])`
	younger := func(ago time.Duration) check.Scope {
		on := scope()
		on.Pods = on.Pods[1:]
		on.Pods[0].Available = noon.Add(-ago)
		return on
	}
	baseline := scope()
	baseline.Pods, baseline.Baseline = baseline.Stables, true
	const ofOne, ofBoth = `rate(e{pod=~"(?:web-4)"}[%s])`, `rate(e{pod=~"(?:web-0|web-1)"}[5m])`
	seconds := strings.Replace(ofBoth, "5m", "300s", 1)
	tests := []struct {
		name string
		on   check.Scope
		asks string
		want check.Reading
	}{
		{
			"too young", younger(59 * time.Second), "",
			check.Reading{Verdict: check.NotYet, Message: "pod web-4 is Available for 59s, and 1m0s are wanted, two scrapes"},
		},
		{
			"just old enough",
			younger(time.Minute),
			fmt.Sprintf(ofOne, "60s"),
			check.Reading{Verdict: check.Pass, Value: value(0), Message: "0 < 1"},
		},
		{"older", younger(time.Hour), fmt.Sprintf(ofOne, "3600s"), check.Reading{Verdict: check.Pass, Value: value(0), Message: "0 < 1"}},
		{"before the first write", baseline, seconds, check.Reading{Verdict: check.Pass, Value: value(0), Message: "0 < 1"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			m := measure.Measurer{Prom: answers{test.asks: vector(number("0"))}.serve(t)}
			require.Equal(t, test.want, m.Measure(t.Context(), prom(rate, "value < 1"), test.on).Reading)
		})
	}
}

// A typo is known before the first write, also where it is too early to judge.
func TestABaselineWantsAnAnswerHoweverEarlyItIs(t *testing.T) {
	const rate, filled = `rate(e{pod=~"$pods"}[$window])`, `rate(e{pod=~"(?:web-0|web-1)"}[300s])`
	const floor, floorFilled = `sum(r{pod=~"$pods"}) >= 100`, `sum(r{pod=~"(?:web-0|web-1)"})`
	young := scope()
	young.Stables[1].Available = noon.Add(-12 * time.Second)
	tooYoung := "pod web-1 is Available for 12s, and 1m0s are wanted, two scrapes"
	tooQuiet := "there is too little traffic: 9, and 100 is the least"
	unknown := check.Reading{Verdict: check.Unknown, Message: "the query has no answer: there is no series"}
	tests := []struct {
		name, min, answer string
		on                check.Scope
		want              check.Reading
	}{
		{"too young", "", number("7"), young, check.Reading{Verdict: check.NotYet, Message: tooYoung}},
		{"too young for traffic to count", "", number("NaN"), young, check.Reading{Verdict: check.NotYet, Message: tooYoung}},
		{"a name that is wrong, young pods", "", "", young, unknown},
		{
			"the least traffic has a name that is wrong, young pods", `sum(nobody) >= 100`, number("7"), young,
			check.Reading{Verdict: check.Unknown, Message: "the least traffic: the query has no answer: there is no series"},
		},
		{"too quiet", floor, number("NaN"), scope(), check.Reading{Verdict: check.NotYet, Message: tooQuiet}},
		{"a name that is wrong, quiet pods", floor, "", scope(), unknown},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			said := vector()
			if test.answer != "" {
				said = vector(test.answer)
			}
			m := measure.Measurer{Prom: answers{filled: said, floorFilled: vector(number("9")), "sum(nobody)": vector()}.serve(t)}
			on := test.on
			on.Pods, on.Baseline = on.Stables, true
			c := prom(rate, "value < 1")
			c.Min = test.min
			require.Equal(t, test.want, m.Measure(t.Context(), c, on).Reading)
		})
	}
}

func TestABaselineComparesStablePodsWithThemselves(t *testing.T) {
	m := measure.Measurer{Prom: answers{ofWell: vector(series("web-0", "0.1"), series("web-1", "0.3"))}.serve(t)}
	on := scope()
	on.Pods, on.Baseline = on.Stables, true
	got := m.Measure(t.Context(), prom(query, compare), on)
	require.Equal(t, check.Reading{Pod: "web-1", Verdict: check.Fail, Value: value(0.3), Message: "0.3 > 1.2 * stable 0.2"}, got.Reading)
	require.Equal(t, check.Stables{"it": {Value: 0.2, At: noon}}, check.Stables(nil).Remember(got))
}

func TestTheLeastTraffic(t *testing.T) {
	const floor = `sum(increase(r{pod=~"(?:web-3|web-4)"}[600s]))`
	for answer, want := range map[string]check.Reading{
		vector(number("99")):  {Verdict: check.NotYet, Message: "there is too little traffic: 99, and 100 is the least"},
		vector(number("100")): {Pod: "web-3", Verdict: check.Pass, Value: value(0), Message: "0 < 1"},
		vector(series("web-3", "500"), series("web-4", "5")): {
			Verdict: check.NotYet, Message: "there is too little traffic at pod web-4: 5, and 100 is the least",
		},
		vector():              {Verdict: check.Unknown, Message: "the least traffic: the query has no answer: there is no series"},
		vector(number("NaN")): {Verdict: check.Unknown, Message: "the least traffic: the answer is NaN"},
	} {
		m := measure.Measurer{Prom: answers{floor: answer, ofStep: vector(series("web-3", "0"), series("web-4", "0"))}.serve(t)}
		c := prom(query, "value < 1")
		c.Min = `sum(increase(r{pod=~"$pods"}[$window])) >= 100`
		require.Equal(t, want, m.Measure(t.Context(), c, scope()).Reading)
	}
}

func TestARangeThatReachesBackIsWarnedOf(t *testing.T) {
	const query = `rate(e{pod=~"$pods"}[5m]) / rate(e[15m])`
	m := measure.Measurer{Prom: answers{
		strings.Replace(query, "$pods", "(?:web-3|web-4)", 1): vector(number("0")),
		strings.Replace(query, "$pods", "(?:web-0|web-1)", 1): vector(number("0")),
	}.serve(t)}
	got := m.Measure(t.Context(), prom(query, "value < 1"), scope())
	require.Equal(t, check.Pass, got.Verdict)
	require.Equal(t, []string{
		"a range of 15m0s in the query reaches back to before pod web-4 became Available at 2026-11-03T11:50:00Z: " +
			"it also counts the pod of that name before it; [$window] does not",
	}, got.Warnings)
	on := scope()
	on.Pods, on.Baseline = on.Stables, true
	require.Empty(t, m.Measure(t.Context(), prom(query, "value < 1"), on).Warnings)
}

func TestAVariableThatStandsForNothingIsUnknown(t *testing.T) {
	m := measure.Measurer{Prom: answers{}.serve(t)}
	on := scope()
	on.Stables = nil
	require.Equal(t, check.Reading{Verdict: check.Unknown, Message: "$stable stands for nothing: there is none now"},
		m.Measure(t.Context(), prom(`a{pod=~"$stable"}`, "value < 1"), on).Reading)
}

func TestTheTokenIsSentToPrometheusAlone(t *testing.T) {
	const secret = "hunter2"
	file := filepath.Join(t.TempDir(), "token")
	require.NoError(t, os.WriteFile(file, []byte(secret+"\n"), 0o600))
	var seen []string
	other := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		seen = append(seen, "other "+r.Header.Get("Authorization"))
	}))
	t.Cleanup(other.Close)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		seen = append(seen, r.Header.Get("Authorization"))
		http.Redirect(w, r, other.URL, http.StatusFound)
	}))
	t.Cleanup(server.Close)
	m := measure.Measurer{Prom: &measure.Prometheus{URL: server.URL, Token: measure.TokenFile(file)}}
	got := m.Measure(t.Context(), prom("up", "value > 0"), scope())
	require.Equal(t, []string{"Bearer " + secret}, seen)
	text, err := json.Marshal(got)
	require.NoError(t, err)
	require.NotContains(t, string(text), secret)
	require.Equal(t, check.Unknown, got.Verdict)

	require.NoError(t, os.Remove(file))
	got = m.Measure(t.Context(), prom("up", "value > 0"), scope())
	require.Equal(t, check.Unknown, got.Verdict)
	require.Contains(t, got.Message, "the token for Prometheus: ")
	m.Prom.Token = func() (string, error) { return "", errors.New("none") }
	require.Equal(t, "none", m.Measure(t.Context(), prom("up", "value > 0"), scope()).Message)
	require.Len(t, seen, 1)
}

// brokenWay is a way to Prometheus that repeats the address of the request.
type brokenWay struct{}

func (brokenWay) RoundTrip(r *http.Request) (*http.Response, error) {
	return nil, fmt.Errorf("no way to %s", r.URL)
}

func TestTheQueryIsNotRepeated(t *testing.T) {
	m := measure.Measurer{Prom: &measure.Prometheus{URL: "http://prom:9090/x", By: brokenWay{}}}
	require.Equal(t, "no way to prom:9090", m.Measure(t.Context(), prom("up", "value > 0"), scope()).Message)
}
