package options

import (
	"github.com/spf13/pflag"

	"github.com/kubectl-sts/kubectl-sts/pkg/advice"
)

// Advice are the flags of the verbs that ask the rules.
type Advice struct {
	FailOn  advice.Severity
	Least   advice.Severity // from which findings are shown
	Explain string          // the ID of a rule
}

// AddAdvice adds the flags with their defaults.
func AddAdvice(flags *pflag.FlagSet, f *Advice) {
	severities := []string{string(advice.Error), string(advice.Warning), string(advice.Info)}
	flags.StringVar((*string)(&f.FailOn), "fail-on", severities[0],
		`Must be "error", "warning" or "info": end with exit code 4 when something of this severity or worse is found.`)
	TakesValues(flags, "fail-on", severities...)
	flags.StringVar((*string)(&f.Least), "severity", severities[2],
		`Must be "error", "warning" or "info": show what is of this severity or worse. All is counted.`)
	TakesValues(flags, "severity", severities...)
	flags.StringVar(&f.Explain, "explain", "", "Explain a rule by its `ID`, such as D1, and do nothing else.")
	AddReport(flags)
}

// CheckAdvice rejects words that mean nothing.
func (f *Advice) CheckAdvice() error {
	for _, flag := range []struct {
		name  string
		value advice.Severity
	}{{"fail-on", f.FailOn}, {"severity", f.Least}} {
		switch flag.value {
		case advice.Error, advice.Warning, advice.Info:
		default:
			return Usage(`--%s=%s: must be "error", "warning" or "info"`, flag.name, flag.value)
		}
	}
	if _, ok := advice.RuleOf(f.Explain); f.Explain != "" && !ok {
		return Usage("--explain=%s: there is no such rule; see docs/doctor.md", f.Explain)
	}
	return nil
}
