-- The order form, filled in, as both scripts below send it.
local address = "email=bench%40people.example&shipping_name=Bo+Bench&shipping_line1=Street+1&shipping_postcode=8000"
  .. "&shipping_city=Town&shipping_country=DK&shipping_method=parcel&place=1"
local card = "&payment_method=testcard&card_number=4242424242424242&card_expiry=12%2F40&card_cvc=123"
local secret = string.rep("a", 32)

local form = {}

function form.headers(cart)
  return {
    ["Host"] = wrk.headers["Host"],
    ["Content-Type"] = "application/x-www-form-urlencoded",
    ["Sec-Fetch-Site"] = "same-origin",
    ["Cookie"] = "csrftoken=" .. secret .. "; cart=" .. cart,
  }
end

function form.body(key, total, payment)
  return address .. (payment == "card" and card or "&payment_method=invoice")
    .. "&csrfmiddlewaretoken=" .. secret .. "&checkout_key=" .. key .. "&expected_total=" .. total
end

return form
