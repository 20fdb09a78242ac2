package plan

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"time"
)

// Encode is a plan as JSON, all of it: what [Decode] makes of it is the same plan
// and runs the same. A plan that only watches has nothing to be kept for another
// time, and its conditions are not among those that are known here.
func Encode(p Plan) ([]byte, error) { return marshal(Identify(p)) }

// Decode reads what [Encode] wrote. It rejects kinds of changes and conditions that
// it does not know, for a step must not lose what it does or waits for.
func Decode(text []byte) (Plan, error) {
	var p Plan
	if err := json.Unmarshal(text, &p); err != nil {
		return Plan{}, fmt.Errorf("plan: %w", err)
	}
	return p, nil
}

// Saved is the plan as it is read after it was written. Whatever runs a plan runs
// this one, so a plan that a file can't hold does not run anywhere.
func Saved(p Plan) (Plan, error) {
	text, err := Encode(p)
	if err != nil {
		return Plan{}, fmt.Errorf("plan: %w", err)
	}
	return Decode(text)
}

// marshal leaves <, > and & as they are: a template is compared byte by byte.
func marshal(v any) ([]byte, error) {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(out.Bytes(), []byte("\n")), nil
}

// kinds are the types behind an interface, by the names that stand for them.
type kinds[T any] map[string]reflect.Type

var changes = kinds[Change]{
	"edit":          reflect.TypeFor[Edit](),
	"deletePod":     reflect.TypeFor[DeletePod](),
	"deleteClaim":   reflect.TypeFor[DeleteClaim](),
	"retainVolume":  reflect.TypeFor[RetainVolume](),
	"resizeClaim":   reflect.TypeFor[ResizeClaim](),
	"releaseVolume": reflect.TypeFor[ReleaseVolume](),
	"createClaim":   reflect.TypeFor[CreateClaim](),
	"resetReclaim":  reflect.TypeFor[ResetReclaim](),
	"give":          reflect.TypeFor[Give](),

	"saveSet":         reflect.TypeFor[SaveSet](),
	"deleteSet":       reflect.TypeFor[DeleteSet](),
	"createSet":       reflect.TypeFor[CreateSet](),
	"restoreManagers": reflect.TypeFor[RestoreManagers](),
	"forgetSet":       reflect.TypeFor[ForgetSet](),
	"disownClaim":     reflect.TypeFor[DisownClaim](),
}

var conditions = kinds[Condition]{
	"observed":         reflect.TypeFor[Observed](),
	"rolledOut":        reflect.TypeFor[RolledOut](),
	"podsGood":         reflect.TypeFor[PodsGood](),
	"podsUpdated":      reflect.TypeFor[PodsUpdated](),
	"podsRestarted":    reflect.TypeFor[PodsRestarted](),
	"podsRenewed":      reflect.TypeFor[PodsRenewed](),
	"others":           reflect.TypeFor[Others](),
	"scaled":           reflect.TypeFor[Scaled](),
	"claimsFree":       reflect.TypeFor[ClaimsFree](),
	"claimsGone":       reflect.TypeFor[ClaimsGone](),
	"resizable":        reflect.TypeFor[Resizable](),
	"claimsResized":    reflect.TypeFor[ClaimsResized](),
	"fileSystemsGrown": reflect.TypeFor[FileSystemsGrown](),
	"restorable":       reflect.TypeFor[Restorable](),
	"claimBound":       reflect.TypeFor[ClaimBound](),
	"setGone":          reflect.TypeFor[SetGone](),
	"volumesAdded":     reflect.TypeFor[VolumesAdded](),
	"volumesDropped":   reflect.TypeFor[VolumesDropped](),
	"adopted":          reflect.TypeFor[Adopted](),
	"claimsUnowned":    reflect.TypeFor[ClaimsUnowned](),
}

// tagged is a value and which kind it is.
type tagged struct {
	Kind  string          `json:"kind"`
	Value json.RawMessage `json:"value"`
}

func (k kinds[T]) tag(value any) (*tagged, error) {
	if value == nil {
		return nil, nil //nolint:nilnil // no value is none
	}
	for kind, t := range k {
		if reflect.TypeOf(value) == t {
			text, err := marshal(value)
			return &tagged{kind, text}, err
		}
	}
	return nil, fmt.Errorf("no kind for a %T", value)
}

func (k kinds[T]) untag(from *tagged) (T, error) {
	var none T
	if from == nil {
		return none, nil
	}
	t, ok := k[from.Kind]
	if !ok {
		return none, fmt.Errorf("unknown kind %q", from.Kind)
	}
	value := reflect.New(t)
	if err := json.Unmarshal(from.Value, value.Interface()); err != nil {
		return none, fmt.Errorf("%s: %w", from.Kind, err)
	}
	out, _ := value.Elem().Interface().(T) // the table has no others
	return out, nil
}

// duration is written as a person writes it, such as "1m30s".
type duration time.Duration

// MarshalText writes it.
func (d duration) MarshalText() ([]byte, error) { return []byte(time.Duration(d).String()), nil }

// UnmarshalText reads it.
func (d *duration) UnmarshalText(text []byte) error {
	parsed, err := time.ParseDuration(string(text))
	*d = duration(parsed)
	return err
}

// plainPlan has the fields and not the methods; those that are written another way
// hide the ones below them.
type plainPlan Plan

type writtenPlan struct {
	plainPlan
	Patience    duration `json:"patience"`
	Placing     duration `json:"placing"`
	StepTimeout duration `json:"stepTimeout"`
	Timeout     duration `json:"timeout"`
}

// MarshalJSON writes durations as text.
func (p Plan) MarshalJSON() ([]byte, error) {
	return marshal(writtenPlan{
		plainPlan(p), duration(p.Patience), duration(p.Placing), duration(p.StepTimeout), duration(p.Timeout),
	})
}

// UnmarshalJSON reads them.
func (p *Plan) UnmarshalJSON(text []byte) error {
	var w writtenPlan
	if err := json.Unmarshal(text, &w); err != nil {
		return err
	}
	*p = Plan(w.plainPlan)
	p.Patience, p.Placing = time.Duration(w.Patience), time.Duration(w.Placing)
	p.StepTimeout, p.Timeout = time.Duration(w.StepTimeout), time.Duration(w.Timeout)
	return nil
}

type plainStep Step

type writtenStep struct {
	plainStep
	Require *tagged  `json:"require"`
	Change  *tagged  `json:"change"`
	Until   *tagged  `json:"until"`
	Soak    duration `json:"soak"`
}

// MarshalJSON writes which kinds the change and the condition are.
func (step Step) MarshalJSON() ([]byte, error) {
	w := writtenStep{plainStep: plainStep(step), Soak: duration(step.Soak)}
	w.plainStep.Require, w.plainStep.Change, w.plainStep.Until = nil, nil, nil
	var err error
	if w.Require, err = conditions.tag(step.Require); err != nil {
		return nil, err
	}
	if w.Change, err = changes.tag(step.Change); err != nil {
		return nil, err
	}
	if w.Until, err = conditions.tag(step.Until); err != nil {
		return nil, err
	}
	return marshal(w)
}

// UnmarshalJSON reads them.
func (step *Step) UnmarshalJSON(text []byte) error {
	var w writtenStep
	if err := json.Unmarshal(text, &w); err != nil {
		return err
	}
	*step = Step(w.plainStep)
	step.Soak = time.Duration(w.Soak)
	var err error
	if step.Require, err = conditions.untag(w.Require); err != nil {
		return err
	}
	if step.Change, err = changes.untag(w.Change); err != nil {
		return err
	}
	step.Until, err = conditions.untag(w.Until)
	return err
}

type plainFree Replace

type writtenFree struct {
	plainFree
	Grace duration `json:"grace"`
}

// MarshalJSON writes the grace as text.
func (f Replace) MarshalJSON() ([]byte, error) {
	return marshal(writtenFree{plainFree(f), duration(f.Grace)})
}

// UnmarshalJSON reads it.
func (f *Replace) UnmarshalJSON(text []byte) error {
	var w writtenFree
	if err := json.Unmarshal(text, &w); err != nil {
		return err
	}
	*f = Replace(w.plainFree)
	f.Grace = time.Duration(w.Grace)
	return nil
}
