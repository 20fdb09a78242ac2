package condition_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kubectl-sts/kubectl-sts/pkg/check/condition"
	"github.com/kubectl-sts/kubectl-sts/test/fuzz/fuzztest"
)

func TestHolds(t *testing.T) {
	nan := math.NaN()
	tests := []struct {
		text   string
		value  float64
		stable float64
		values []float64
		want   bool
		words  string
	}{
		{"value < 0.01", 0.001, nan, nil, true, "0.001 < 0.01"},
		{"value < 0.01", 0.01, nan, nil, false, "0.01 >= 0.01"},
		{"value <= 1.2 * stable", 0.31, 0.19, nil, false, "0.31 > 1.2 * stable 0.19"},
		{"value <= 1.2 * stable + 0.01", 0.2, 0.19, nil, true, "0.2 <= 1.2 * stable 0.19 + 0.01"},
		{"value == 1", 1, nan, nil, true, "1 == 1"},
		{"value > 1 and not (value > 5)", 7, nan, nil, false, "7: value > 1 and not (value > 5) does not hold"},
		{"isNaN(value) || value < 3", nan, nan, nil, true, "NaN: isNaN(value) || value < 3 holds"},
		{"max(values) - min(values) < 10", 0, nan, []float64{1, 20}, false, "max(values) - min(values) < 10 does not hold"},
		{
			"mean(values) == 2 && median(values) == 2 && sum(values) == 6 && len(values) == 3", 0, nan,
			[]float64{1, 2, 3},
			true,
			"mean(values) == 2 && median(values) == 2 && sum(values) == 6 && len(values) == 3 holds",
		},
		{"values[0] > 1", 0, nan, []float64{2}, true, "values[0] > 1 holds"},
		{"value > -1 * 2 ** 3 / 4", 0, nan, nil, true, "0 > -1 * 2 ** 3 / 4"},
		{"value < 1234567", 1234567, nan, nil, false, "1234567 >= 1234567"},
		{"value < 1 / 0", 1e9, nan, nil, true, "1000000000 < 1 / 0"},
	}
	for _, test := range tests {
		t.Run(test.text, func(t *testing.T) {
			c, err := condition.Parse(test.text)
			require.NoError(t, err)
			got, err := c.Holds(test.value, test.stable, test.values)
			require.NoError(t, err)
			require.Equal(t, test.want, got)
			require.Equal(t, test.words, c.Words(test.value, test.stable, got))
		})
	}
}

func TestWhatAConditionAsksAbout(t *testing.T) {
	type uses struct {
		Value, Stable, NaN bool
		Bound              string
	}
	for text, want := range map[string]uses{
		"value < 1":                 {Value: true, Bound: "< 1"},
		"value < stable":            {Value: true, Stable: true, Bound: "< stable"},
		"max(values) < stable":      {Stable: true, Bound: "max(values) < stable"},
		"isNaN(value) or value < 1": {Value: true, NaN: true, Bound: "isNaN(value) or value < 1"},
	} {
		c, err := condition.Parse(text)
		require.NoError(t, err)
		require.Equal(t, want, uses{c.UsesValue(), c.UsesStable(), c.TakesNaN(), c.Bound()}, text)
	}
}

func TestAnIndexThatIsNotThereIsAnError(t *testing.T) {
	c, err := condition.Parse("values[3] > 1")
	require.NoError(t, err)
	_, err = c.Holds(0, 0, []float64{1})
	require.EqualError(t, err, `condition "values[3] > 1": there is no values[3]: there are 1 values`)
	c, err = condition.Parse("max(values) > 1")
	require.NoError(t, err)
	_, err = c.Holds(0, 0, nil)
	require.EqualError(t, err, `condition "max(values) > 1": max of no values`)
}

func TestPrecedence(t *testing.T) {
	for text, want := range map[string]bool{
		"value + 2 * 3 == 7":                   true,
		"(value + 2) * 3 == 9":                 true,
		"value - 1 - 1 == -1":                  true,
		"value * 8 / 4 / 2 == 1":               true,
		"value * 2 ** 3 ** 2 == 512":           true,
		"value * -2 ** 2 == -4":                true,
		"value * 2 ^ 3 == 8":                   true,
		"value * 7 % 4 == 3":                   true,
		"value == 1 or value == 2 and false":   true,
		"(value == 1 or value == 2) and false": false,
		"not (value == 2) and true":            true,
		"!(value == 1)":                        false,
		"not not (value == 1)":                 true,
		"min(value, 2, 3) == 1":                true,
		"max(value, 2, 3) == 3":                true,
		"value == 1e0 and value == 10e-1":      true,
		"value==.1e+1&&true":                   true,
	} {
		t.Run(text, func(t *testing.T) {
			c, err := condition.Parse(text)
			require.NoError(t, err)
			got, err := c.Holds(1, 0, nil)
			require.NoError(t, err)
			require.Equal(t, want, got)
		})
	}
}

func TestParseRejects(t *testing.T) {
	const others = " is not among what a condition may use: value, stable, values, numbers, comparisons, " +
		"and, or, not, isNaN, len, min, max, sum, mean, median"
	for text, want := range map[string]string{
		"":                         `condition "": it ends too early`,
		"value <":                  `condition "value <": it ends too early`,
		"value":                    `condition "value": it is a number, and must say yes or no, as value < 0.01 does`,
		"1 < 2":                    `condition "1 < 2" does not ask about value`,
		"stable < 2":               `condition "stable < 2" does not ask about value`,
		"valu < 2":                 `condition "valu < 2": "valu"` + others,
		"value < 2; value":         `condition "value < 2; value": ";" is not expected here`,
		"value < 'abc'":            `condition "value < 'abc'": "'"` + others,
		"value in values":          `condition "value in values": "in" is not expected here`,
		"now() > value":            `condition "now() > value": "now"` + others,
		"sum(values, # * 2) > 1":   `condition "sum(values, # * 2) > 1": values is a list: values[0], or max(values)`,
		"value > 1 ? true : false": `condition "value > 1 ? true : false": "?" is not expected here`,
		"value > 1..5":             `condition "value > 1..5": "1..5"` + others,
		"values > 1":               `condition "values > 1": values is a list: values[0], or max(values)`,
		"values[value] > 1":        `condition "values[value] > 1": "value" is no index`,
		"values[-1] > 1":           `condition "values[-1] > 1": "-" is no index`,
		"values[0 > 1":             `condition "values[0 > 1": ">" is where "]" is expected`,
		"isNaN() or value > 1":     `condition "isNaN() or value > 1": ")"` + others,
		"isNaN(values)":            `condition "isNaN(values)": values is a list: values[0], or max(values)`,
		"isNaN(value, 1)":          `condition "isNaN(value, 1)": isNaN takes one number`,
		"len(value) > 1":           `condition "len(value) > 1": len takes values, and nothing else`,
		"max(value > 1) > 1":       `condition "max(value > 1) > 1": max is for numbers, not for what says yes or no`,
		"(value > 1":               `condition "(value > 1": it ends where ")" is expected`,
		"value > 1)":               `condition "value > 1)": ")" is not expected here`,
		"value < 1 < 2":            `condition "value < 1 < 2": < is for numbers, not for what says yes or no`,
		"value > true":             `condition "value > true": > is for numbers, not for what says yes or no`,
		"value and true":           `condition "value and true": and is for what says yes or no, not for numbers`,
		"not value > 1":            `condition "not value > 1": not is for what says yes or no, not for numbers: put it into brackets`,
		"-(value > 1)":             `condition "-(value > 1)": - is for numbers, not for what says yes or no`,
		"value > 1e999":            `condition "value > 1e999": "1e999"` + others,
		"value > 12x":              `condition "value > 12x": "12x"` + others,
		"value > NaN":              `condition "value > NaN": "NaN"` + others,
		"value = 1":                `condition "value = 1": "=" is not expected here`,
		"value > \x1b":             "the condition has characters that can't be seen",
		"value\n> 1":               "the condition has characters that can't be seen",
	} {
		t.Run(text, func(t *testing.T) {
			_, err := condition.Parse(text)
			require.EqualError(t, err, want)
		})
	}
}

func FuzzParse(f *testing.F) {
	for _, text := range []string{
		"value < 0.01", "value <= 1.2 * stable + 0.01", "isNaN(value) || value < 3", "max(values) < 1", "values[0] > 1",
		"sum(values, # * 2) > 1", "1..9 == values", "((((value))))>1", "value % 0 > 1", "-(-value)>values[0]", "max(1,min(2,value))>0", "value > 1e309", "not not (value>0x1f)", //nolint:lll // one text
	} {
		f.Add(text, 0.5, 0.25)
	}
	within := fuzztest.Bound(f)
	f.Fuzz(func(t *testing.T, text string, value, stable float64) {
		defer within.Input(t)()
		c, err := condition.Parse(text)
		if err == nil {
			var holds bool
			if holds, err = c.Holds(value, stable, []float64{value}); err == nil {
				fuzztest.Harmless(t, c.Words(value, stable, holds))
			}
		}
		if err != nil {
			fuzztest.OneLine(t, err)
		}
	})
}
