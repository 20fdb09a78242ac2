package scale

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/scale"
	"github.com/kubectl-sts/kubectl-sts/pkg/report"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/storage"
	"github.com/kubectl-sts/kubectl-sts/pkg/term"
)

// option is one answer at the prompt.
type option struct {
	key, words string
	answer     scale.Answer // empty for one by one, and for stop
}

const (
	eachKey = "o"
	stopKey = "s"
)

var (
	downOptions = []option{
		{"k", "[k]eep", scale.Keep}, {"d", "[d]elete", scale.Delete}, {"v", "keep only the [v]olumes", scale.RetainVolume},
	}
	upOptions = []option{{"r", "[r]euse", scale.Reuse}, {"f", "[f]resh ones", scale.Fresh}}
	oneByOne  = option{key: eachKey, words: "[o]ne by one"}
	stop      = option{key: stopKey, words: "[s]top"}
)

// ask shows the plan as it is without an answer and asks for one: for all
// ordinals or one by one. Data that would die wants the set's name typed.
func (v *visit) ask(ctx context.Context, p *plan.Plan) error {
	v.runner.Show(p)
	v.danger(p)
	options := downOptions
	if v.scale.To > v.s.Replicas() {
		options = upOptions
	}
	all := slices.Clone(options)
	if len(p.Ordinals) > 1 {
		all = append(all, oneByOne)
	}
	means := v.meanings(p, options)
	for _, o := range options {
		_, _ = fmt.Fprintf(v.env.Streams.Err, "  %s  %s\n", o.key, means[o.answer])
	}
	picked, err := v.pick(ctx, "The claims:", append(all, stop), means)
	switch {
	case err != nil:
		return err
	case picked.key == eachKey:
		if err := v.askEach(ctx, p, options); err != nil {
			return err
		}
	default:
		v.scale.Answer = picked.answer
	}
	return v.confirmLoss(ctx, p)
}

// danger says in red what happens by itself.
func (v *visit) danger(p *plan.Plan) {
	if !byPolicy(p) {
		return
	}
	words := "whenScaled is Delete: with the pods, the controller deletes their claims"
	if dying := dying(p); len(dying) > 0 {
		words += fmt.Sprintf(", and the data goes with the volumes (%s)", strings.Join(dying, ", "))
	}
	report.Danger(v.env.Streams.Err, v.env.Color, words)
}

func byPolicy(p *plan.Plan) bool {
	for _, o := range p.Ordinals {
		for _, c := range o.Claims {
			if c.Fate == plan.FateByPolicy {
				return true
			}
		}
	}
	return false
}

// meanings says what each answer would do to the disks.
func (v *visit) meanings(p *plan.Plan, options []option) map[scale.Answer]string {
	out := map[scale.Answer]string{}
	for _, o := range options {
		text := meanings[o.answer]
		if lost := v.lost(o.answer, p); lost != "" {
			text += "; " + lost
		}
		out[o.answer] = report.Clean(text)
	}
	return out
}

// lost says whose data dies with the answer, or "".
func (v *visit) lost(answer scale.Answer, p *plan.Plan) string {
	r := v.scale
	r.Answer = answer
	would, err := scale.Plan(r, v.s, v.runner.Client.Now())
	if err != nil || answer != scale.Delete && answer != scale.Fresh {
		return ""
	}
	lost, all := len(dying(would)), 0
	for _, o := range p.Ordinals {
		for _, c := range o.Claims {
			if c.Fate != plan.FateNew {
				all++
			}
		}
	}
	switch {
	case lost == 0:
		return "their volumes stay"
	case lost < all:
		return fmt.Sprintf("the data of %d is lost", lost)
	}
	return "their data is lost"
}

// dying are the claims whose data dies.
func dying(p *plan.Plan) []string {
	var out []string
	for _, o := range p.Ordinals {
		for _, c := range o.Claims {
			if c.DataDies() {
				out = append(out, c.Claim.Name)
			}
		}
	}
	return out
}

// askEach asks for each ordinal that has claims.
func (v *visit) askEach(ctx context.Context, p *plan.Plan, options []option) error {
	v.scale.By = map[int]scale.Answer{}
	for _, o := range p.Ordinals {
		var names []string
		for _, c := range o.Claims {
			if c.Fate != plan.FateNew && c.Fate != plan.FateGoing {
				names = append(names, fmt.Sprintf("%s (%s%s)", c.Claim.Name, c.Claim.Size, reclaim(c.Claim)))
			}
		}
		if len(names) == 0 {
			continue
		}
		picked, err := v.pick(ctx, strings.Join(names, ", ")+":", append(slices.Clone(options), stop), meanings)
		if err != nil {
			return err
		}
		v.scale.By[o.Ordinal] = picked.answer
	}
	return nil
}

// reclaim is the volume's policy, where it is known.
func reclaim(c storage.Claim) string {
	if c.Reclaim == "" {
		return ""
	}
	return ", " + string(c.Reclaim)
}

// pick asks for one of these answers.
func (v *visit) pick(ctx context.Context, question string, options []option, means map[scale.Answer]string) (option, error) {
	var words []string
	for _, o := range options {
		words = append(words, o.words)
	}
	find := func(text string) int {
		return slices.IndexFunc(options, func(o option) bool {
			return strings.EqualFold(text, o.key) || strings.EqualFold(text, string(o.answer)) && o.answer != ""
		})
	}
	text, err := v.prompt(ctx, fmt.Sprintf("%s %s?", question, strings.Join(words, ", ")),
		help(options, means), func(text string) bool { return find(text) >= 0 })
	if err != nil {
		return option{}, err
	}
	picked := options[find(text)]
	if picked.key == stopKey {
		return picked, plan.Cancel()
	}
	return picked, nil
}

// meanings are what each answer does to the claims, in a few words.
var meanings = map[scale.Answer]string{
	scale.Keep:         "the claims stay, with their data",
	scale.Delete:       "the claims are deleted",
	scale.RetainVolume: "the claims are deleted; the volumes and the data stay, for restore-pvc",
	scale.Reuse:        "the new pods get these claims, with the data that is on them",
	scale.Fresh:        "the claims are deleted for empty ones",
}

// help explains the answers.
func help(options []option, means map[scale.Answer]string) string {
	var lines []string
	for _, o := range options {
		words := means[o.answer]
		switch o.key {
		case eachKey:
			words = "you are asked for each ordinal"
		case stopKey:
			words = "nothing is changed"
		}
		lines = append(lines, fmt.Sprintf("  %s  %s", o.key, words))
	}
	return strings.Join(lines, "\n")
}

// otherwise reports whether something else becomes of a claim than was shown.
func otherwise(shown, now *plan.Plan) bool {
	return !slices.EqualFunc(shown.Ordinals, now.Ordinals, func(a, b plan.Ordinal) bool {
		return slices.EqualFunc(a.Claims, b.Claims, func(a, b plan.ClaimFate) bool { return a.Fate == b.Fate })
	})
}

// confirmLoss shows what happens to the claims by what was answered, and has the
// set's name typed when data dies.
func (v *visit) confirmLoss(ctx context.Context, shown *plan.Plan) error {
	p, err := scale.Plan(v.scale, v.s, v.runner.Client.Now())
	if err != nil {
		return err
	}
	if otherwise(shown, p) {
		v.runner.Show(p)
	}
	lost := dying(p)
	if len(lost) == 0 {
		return nil
	}
	report.Danger(v.env.Streams.Err, v.env.Color, "The data on "+strings.Join(lost, ", ")+" will be lost, and nothing brings it back.")
	name := v.s.Set.Namespace + "/" + v.s.Name()
	text, err := v.prompt(ctx, "Type "+name+" to go on:", "", func(string) bool { return true })
	if err == nil && text != name {
		return plan.Cancel()
	}
	return err
}

// prompt asks; whoever leaves the terminal has stopped.
func (v *visit) prompt(ctx context.Context, question, help string, valid func(string) bool) (string, error) {
	question = v.env.Question(question)
	if help == "" {
		question = report.Fold(v.env.Streams.Err, question) + " "
	} else {
		question = report.Explained(v.env.Streams.Err, question)
	}
	text, err := v.env.Streams.Ask(ctx, term.Question{Text: question, Help: help, Valid: valid})
	if errors.Is(err, term.ErrNoAnswer) {
		return "", plan.Cancel()
	}
	return text, err
}
