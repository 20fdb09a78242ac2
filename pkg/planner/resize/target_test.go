package resize_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan/plantest"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/resize"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/storage"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
	"github.com/kubectl-sts/kubectl-sts/test/fuzz/fuzztest"
)

func TestSizes(t *testing.T) {
	for text, want := range map[string]resize.Target{
		"20Gi":                 {All: "20Gi"},
		"1024Mi":               {All: "1Gi"},
		"20G":                  {All: "20G"},
		"data=20Gi":            {By: map[string]string{"data": "20Gi"}},
		"data=20Gi, wal=1.5Gi": {By: map[string]string{"data": "20Gi", "wal": "1536Mi"}},
	} {
		got, err := resize.ParseSize(text)
		require.NoError(t, err, text)
		require.Equal(t, want, got, text)
	}
	for text, want := range map[string]string{
		"":                   `"" is no size like 20Gi`,
		"big":                `"big" is no size like 20Gi`,
		"1e2147483647":       `"1e2147483647" is no size like 20Gi`,
		"0":                  `"0": must be more than 0`,
		"-1Gi":               `"-1Gi": must be more than 0`,
		"100m":               `"100m" is no number of bytes that a volume can have`,
		"data=20Gi,5Gi":      `"5Gi" does not begin with a claim template and =`,
		"data=20Gi,data=5Gi": `claim template data is there twice`,
		"data=":              `"" is no size like 20Gi`,
		"Data=20Gi":          `"Data=20Gi" does not begin with a claim template and =`,
	} {
		_, err := resize.ParseSize(text)
		require.EqualError(t, err, want, text)
	}
}

func TestPercentages(t *testing.T) {
	got, err := resize.ParseGrow("data=20%,wal=5%")
	require.NoError(t, err)
	require.Equal(t, resize.Target{Percent: true, By: map[string]string{"data": "20", "wal": "5"}}, got)
	for text, want := range map[string]string{
		"20": `"20" is no percentage like 20%`, "%": `"%" is no percentage like 20%`, "0%": `"0%": must be from 1% to 1000%`,
		"-5%": `"-5%": must be from 1% to 1000%`, "2000%": `"2000%": must be from 1% to 1000%`,
	} {
		_, err := resize.ParseGrow(text)
		require.EqualError(t, err, want, text)
	}
}

func TestAPercentageIsRoundedUpToWhatAPersonReads(t *testing.T) {
	for _, test := range []struct{ has, percent, want string }{
		{"1Gi", "20%", "1229Mi"},
		{"10Gi", "20%", "12Gi"},
		{"100Gi", "1%", "101Gi"},
		{"15Gi", "10%", "17Gi"},
		{"9Gi", "11%", "10230Mi"},
		{"1", "1%", "1Mi"},
		{"5Ti", "1000%", "55Ti"},
		{"1G", "50%", "1431Mi"},
	} {
		target, err := resize.ParseGrow(test.percent)
		require.NoError(t, err)
		s := web([]string{"data"}, claim("data", 4, has(test.has)))
		p, err := plantest.Saved(resize.Plan(request(t, "1Gi", func(r *resize.Request) { r.Target = target }), s, ststest.Start))
		require.NoError(t, err)
		require.Equal(t, test.want, p.Sizes[0].Wanted, "%s and %s", test.has, test.percent)
		require.Equal(t, plan.SizeGrows, p.Sizes[0].Fate)
	}
}

func TestWhichTemplates(t *testing.T) {
	for _, test := range []struct {
		target resize.Target
		among  []string
		want   map[string]string
		err    string
	}{
		{resize.Target{All: "1Gi"}, []string{"data"}, map[string]string{"data": "1Gi"}, ""},
		{
			resize.Target{All: "1Gi"},
			[]string{"data", "wal"},
			nil,
			"there are several claim templates (data, wal): say which, as in data=1Gi",
		},
		{resize.Target{All: "20", Percent: true}, []string{"data", "wal"}, map[string]string{"data": "20", "wal": "20"}, ""},
		{resize.Target{By: map[string]string{"wal": "1Gi"}}, []string{"data", "wal"}, map[string]string{"wal": "1Gi"}, ""},
		{
			resize.Target{By: map[string]string{"log": "1Gi"}},
			[]string{"data", "wal"},
			nil,
			"there is no claim template log among data, wal",
		},
	} {
		got, err := test.target.For(test.among)
		require.Equal(t, test.want, got)
		if test.err != "" {
			require.EqualError(t, err, test.err)
		}
	}
}

// FuzzSizes takes any text for --size and --grow.
func FuzzSizes(f *testing.F) {
	for _, text := range []string{
		"20Gi", "data=20Gi,wal=5Gi", "20%", "data=20%", "1e30", "1e-30", "1E", "1Ei", "=", ",", "a=,",
		"9223372036854775808", "0x1", "+1Gi", ".5Gi",
	} {
		f.Add(text)
	}
	within := fuzztest.Bound(f)
	f.Fuzz(func(t *testing.T, text string) {
		defer within.Input(t)()
		for _, parse := range []func(string) (resize.Target, error){resize.ParseSize, resize.ParseGrow} {
			target, err := parse(text)
			if err != nil {
				fuzztest.OneLine(t, err)
				continue
			}
			s := web([]string{"data"}, claim("data", 4, has("1Ki")))
			r := resize.Request{Target: target, AtOnce: 1, Classes: []storage.Class{{Name: "fast", Expandable: true}}}
			p, err := plantest.Saved(resize.Plan(r, s, ststest.Start))
			if err != nil || p == nil {
				continue // another template, or a smaller size
			}
			require.Equal(t, 1, storage.CompareSizes(p.Sizes[0].Wanted, "1Ki"))
			again, err := resize.ParseSize(p.Resume.Args[2])
			require.NoError(t, err)
			require.Equal(t, p.Sizes[0].Wanted, again.By["data"])
			require.NotContains(t, strings.Join(p.Resume.Args, " "), "%")
		}
	})
}
