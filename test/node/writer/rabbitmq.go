package main

import (
	"context"
	"crypto/rand"
	"errors"
	"math"
	"net"
	"strconv"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"
)

// rabbitmq is a connection to one member. Every member takes messages, and acknowledges
// what most members of the queue have on disk.
type rabbitmq struct {
	conn     *amqp.Connection
	channel  *amqp.Channel
	returned chan amqp.Return // messages that no queue has taken
}

// rabbitQueue has a message for each value.
const rabbitQueue = "proof"

func connectRabbitMQ(ctx context.Context, address string) (member, error) {
	conn, err := amqp.DialConfig("amqp://app:app@"+net.JoinHostPort(address, "5672")+"/", amqp.Config{
		Heartbeat: answerTime,
		Dial: func(network, address string) (net.Conn, error) {
			conn, err := (&net.Dialer{}).DialContext(ctx, network, address)
			if deadline, ok := ctx.Deadline(); ok && err == nil {
				err = conn.SetDeadline(deadline) // it is cleared once the connection is open
			}
			return conn, err
		},
	})
	if err != nil {
		return nil, err
	}
	r := &rabbitmq{conn: conn}
	if r.channel, err = conn.Channel(); err == nil {
		r.returned = r.channel.NotifyReturn(make(chan amqp.Return, 1))
		err = r.channel.Confirm(false)
	}
	if err != nil {
		r.close()
		return nil, err
	}
	return r, nil
}

func (r *rabbitmq) close() { _ = r.conn.CloseDeadline(time.Now().Add(answerTime)) }

func (r *rabbitmq) primary(context.Context) (bool, error) { return true, nil }

func (r *rabbitmq) prepare(context.Context) error {
	_, err := r.channel.QueueDeclare(rabbitQueue, true, false, false, false, amqp.Table{amqp.QueueTypeArg: amqp.QueueTypeQuorum})
	return err
}

func (r *rabbitmq) write(ctx context.Context, value int64) error {
	return r.publish(ctx, strconv.FormatInt(value, 10))
}

func (r *rabbitmq) publish(ctx context.Context, text string) error {
	confirm, err := r.channel.PublishWithDeferredConfirmWithContext(ctx, "", rabbitQueue, true, false, amqp.Publishing{
		DeliveryMode: amqp.Persistent, Body: []byte(text),
	})
	if err != nil {
		return err
	}
	acknowledged, err := confirm.WaitContext(ctx)
	if err != nil {
		return err
	}
	select {
	case <-r.returned: // it comes before the confirmation
		return errors.New("there is no queue")
	default:
	}
	if !acknowledged {
		return errors.New("the message was refused")
	}
	return nil
}

// values are read up to a mark that comes last, and given back.
func (r *rabbitmq) values(ctx context.Context) (map[int64]bool, error) {
	mark := rand.Text()
	if err := r.publish(ctx, mark); err != nil {
		return nil, err
	}
	defer r.close()
	if err := r.channel.Qos(math.MaxUint16, 0, false); err != nil { // without this it is 2000 at most
		return nil, err
	}
	messages, err := r.channel.ConsumeWithContext(ctx, rabbitQueue, "", false, false, false, false, nil)
	if err != nil {
		return nil, err
	}
	values := make(map[int64]bool)
	for {
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case m, ok := <-messages:
			if !ok {
				return nil, errors.New("the connection has ended")
			}
			if string(m.Body) == mark {
				return values, nil
			}
			if value, err := strconv.ParseInt(string(m.Body), 10, 64); err == nil { // else it is an earlier mark
				values[value] = true
			}
		}
	}
}
