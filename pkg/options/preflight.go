package options

import "github.com/spf13/pflag"

// Preflight is the value of --preflight; the empty one means to warn.
type Preflight string

// The values of --preflight.
const (
	PreflightWarn   Preflight = "warn"
	PreflightRefuse Preflight = "refuse"
	PreflightOff    Preflight = "off"
)

// AddPreflight adds --preflight, for verbs that write the set itself.
func AddPreflight(flags *pflag.FlagSet, value *Preflight) {
	flags.StringVar((*string)(value), "preflight", string(PreflightWarn),
		`What to do about others who put back what this run writes (Argo CD, Flux, Helm, autoscalers, operators): "warn" names `+
			`them and what pauses them, "refuse" ends with exit code 3, "off" says nothing and reads none of their objects.`)
	TakesValues(flags, "preflight", string(PreflightWarn), string(PreflightRefuse), string(PreflightOff))
}

// AddPreflightOfRecreate adds --preflight for verbs that recreate the set. What they warn of
// costs all pods at once, so the default is to refuse.
func AddPreflightOfRecreate(flags *pflag.FlagSet, value *Preflight) {
	flags.StringVar((*string)(value), "preflight", string(PreflightRefuse),
		`What to do about others who delete the set with its pods while their source has the old fields (Flux with force, Argo CD with `+
			`Force=true): "refuse" ends with exit code 3, "warn" names them and goes ahead, "off" says nothing and reads none of their `+
			`objects.`)
	TakesValues(flags, "preflight", string(PreflightRefuse), string(PreflightWarn), string(PreflightOff))
}

// check rejects values that there are not.
func (p Preflight) check() error {
	switch p {
	case "", PreflightWarn, PreflightRefuse, PreflightOff:
		return nil
	}
	return Usage(`--preflight=%s: must be "warn", "refuse" or "off"`, p)
}

// AddIgnoreOwner adds --ignore-owner. It is not --force, which has a rollout go on over
// pods that are unhealthy: who knows that an operator is paused wants that as little as
// anybody else.
func AddIgnoreOwner(flags *pflag.FlagSet, f *RunFlags) {
	flags.BoolVar(&f.IgnoreOwner, "ignore-owner", false,
		"Change the template although the set is controlled by another object, whose operator may write its own back.")
}

// AddSaveInSecret adds --save-in-secret.
func AddSaveInSecret(flags *pflag.FlagSet, f *RunFlags) {
	flags.BoolVar(&f.SaveInSecret, "save-in-secret", false,
		"Save the manifest of the set in a Secret while it is recreated, not in a ConfigMap: whoever resumes it has to be allowed to get "+
			"Secrets.")
}

// AddGiveTo adds --give-to.
func AddGiveTo(flags *pflag.FlagSet, f *RunFlags) {
	flags.StringVar(&f.GiveTo, "give-to", "",
		"When all is done, hand the fields that were changed to this manager of managedFields, which has them in its manifest: helm, "+
			"kustomize-controller, argocd-controller. Helm 4 has a conflict otherwise as soon as its chart wants another value.")
}
